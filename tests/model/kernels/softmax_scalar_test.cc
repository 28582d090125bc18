#include "model/kernels/softmax.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "model/kernels/kernels.h"

namespace kedge {
namespace {

std::vector<float> random_row(int64_t n, int seed, float scale) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.0f, scale);
  std::vector<float> row(n);
  for (float& x : row) x = normal(random);
  return row;
}

TEST(Softmax, SameBitsOnEveryCodePath) {
  for (const int64_t n : {1, 15, 16, 17, 100, 4095, 4096, 4097, 10000}) {
    const std::vector<float> row = random_row(n, static_cast<int>(n), 5.0f);
    for (const float inverse : {1.0f, 0.7f, 3.0f}) {
      const RowSum expected = kernels_of(Isa::scalar).row_softmax(row.data(), n, inverse);
      const double entropy =
          kernels_of(Isa::scalar).row_entropy_sum(row.data(), n, inverse, expected.max);
      for (const Isa isa : available_isas()) {
        const RowSum got = kernels_of(isa).row_softmax(row.data(), n, inverse);
        EXPECT_EQ(got.max, expected.max) << name_of(isa);
        EXPECT_EQ(got.sum, expected.sum) << name_of(isa) << " n " << n;
        EXPECT_EQ(kernels_of(isa).row_entropy_sum(row.data(), n, inverse, got.max), entropy);
      }
    }
  }
}

TEST(Softmax, ExpHasTheSameBitsOnEveryCodePath) {
  std::vector<float> x;
  for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += 4001) {
    x.push_back(__builtin_bit_cast(float, static_cast<uint32_t>(bits)));
  }
  const int64_t n = static_cast<int64_t>(x.size());
  std::vector<float> expected(n), got(n);
  kernels_of(Isa::scalar).exp(x.data(), expected.data(), n);
  for (const Isa isa : available_isas()) {
    kernels_of(isa).exp(x.data(), got.data(), n);
    for (int64_t i = 0; i < n; ++i) {
      if (std::isnan(x[i])) {
        ASSERT_TRUE(std::isnan(got[i]));
      } else {
        ASSERT_EQ(__builtin_bit_cast(uint32_t, got[i]), __builtin_bit_cast(uint32_t, expected[i]))
            << x[i];
      }
    }
  }
}

TEST(Softmax, AgreesWithDoubleArithmetic) {
  for (const int64_t n : {1, 3, 50, 5000}) {
    const std::vector<float> row = random_row(n, 7, 4.0f);
    const float inverse = inverse_of_temperature(0.8);
    double sum = 0.0, largest = -1e30;
    for (const float x : row) largest = std::max(largest, double{x} * inverse);
    for (const float x : row) sum += std::exp(double{x} * inverse - largest);
    const double lse = largest + std::log(sum);
    double entropy = 0.0;
    for (const float x : row) {
      const double logp = double{x} * inverse - lse;
      entropy -= std::exp(logp) * logp;
    }
    const RowSoftmax got = row_softmax(row.data(), n, inverse);
    EXPECT_NEAR(got.lse, lse, 2e-6 * std::fabs(lse) + 1e-6);
    EXPECT_NEAR(row_entropy(row.data(), n, inverse, got), entropy, 1e-5);
    EXPECT_NEAR(token_logprob(row[0], inverse, got.lse), double{row[0]} * inverse - lse, 3e-6);
  }
}

TEST(Softmax, MaskedLogitsHaveNoWeight) {
  std::vector<float> row = random_row(40, 3, 1.0f);
  const RowSoftmax short_row = row_softmax(row.data(), 16, 1.0f);
  for (int i = 16; i < 40; ++i) row[i] = -INFINITY;
  const RowSoftmax masked = row_softmax(row.data(), 40, 1.0f);
  EXPECT_EQ(masked.sum, short_row.sum);
  EXPECT_FALSE(std::isnan(row_entropy(row.data(), 40, 1.0f, masked)));
}

}  // namespace
}  // namespace kedge
