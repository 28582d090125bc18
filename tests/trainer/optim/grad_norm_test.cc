#include "trainer/optim/grad_norm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "model/kernels/kernels.h"

namespace kedge {
namespace {

std::vector<float> values(size_t count) {
  std::vector<float> v(count);
  for (size_t i = 0; i < count; ++i) v[i] = 0.001f * static_cast<float>((i * 7919) % 2001) - 1.0f;
  return v;
}

double norm_with(int threads, const std::vector<float>& v) {
  ThreadPool pool(threads);
  Arena arena;
  Context context{pool, arena};
  return global_norm(context, v);
}

TEST(GradNorm, IsTheNorm) {
  const auto v = values(100001);
  long double sum = 0.0;
  for (const float x : v) sum += static_cast<long double>(x) * x;
  EXPECT_NEAR(norm_with(1, v), static_cast<double>(std::sqrt(sum)), 1e-10);
}

TEST(GradNorm, SameBitsForAnyNumberOfThreads) {
  const auto v = values(5 * kNormBlock + 77);
  const double one = norm_with(1, v);
  EXPECT_EQ(one, norm_with(2, v));
  EXPECT_EQ(one, norm_with(3, v));
}

TEST(GradNorm, BlockOrderIsSixteenLanesAndATree) {
  std::vector<float> v(20);
  for (size_t i = 0; i < v.size(); ++i) v[i] = static_cast<float>(i + 1);
  double expected = 0.0;
  for (const float x : v) expected += x * x;
  EXPECT_EQ(block_square_sum(v), expected);
}

TEST(GradNorm, EveryCodePathHasTheBitsOfThePlainLoop) {
  for (const size_t n : {1, 15, 16, 17, 4096}) {
    const auto v = values(n);
    for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512}) {
      if (!cpu_has(isa)) continue;
      EXPECT_EQ(kernels_of(isa).square_sum(v.data(), static_cast<int64_t>(n)), block_square_sum(v));
    }
  }
}

TEST(GradNorm, ShowsWhatIsNotFinite) {
  auto v = values(10000);
  v[7777] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(std::isfinite(norm_with(2, v)));
  v[7777] = std::numeric_limits<float>::max();
  EXPECT_TRUE(std::isfinite(norm_with(2, v)));
}

TEST(GradNorm, ClipsOnlyAboveTheLimit) {
  EXPECT_EQ(clip_scale(0.5, 1.0), 1.0);
  EXPECT_NEAR(clip_scale(4.0, 1.0), 0.25, 1e-6);
}

}  // namespace
}  // namespace kedge
