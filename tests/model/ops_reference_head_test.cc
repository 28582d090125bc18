#include <gtest/gtest.h>

#include <cmath>

#include "model/ops_reference.h"
#include "tests/support/small_models.h"
#include "tests/support/tensors.h"

namespace kedge {
namespace {

using test::Machine;
using test::Tensor;

constexpr int64_t kT = 6, kE = 5, kV = 13;
constexpr float kTemperature = 0.7f;

struct HeadTest : testing::Test {
  Machine machine{2};
  std::unique_ptr<HeadOp> head = reference::head_op();
  Tensor x = Tensor::random({kT, kE}, 1, 2.0f), w = Tensor::random({kV, kE}, 2);
  // Row 1 forks into two targets, rows 0 and 3 are not read.
  std::vector<int32_t> source = {1, 1, 2, 4, 5};
  std::vector<Token> id = {3, 7, 0, 12, 3};
  HeadTargets targets{source, id};
  std::vector<float> logprob = std::vector<float>(5), lse = logprob, entropy = logprob;
  std::vector<float> dlogprob = {0.5f, -1.0f, 0.25f, 2.0f, -0.75f};
  std::vector<float> dentropy = {0.3f, 0.1f, -0.5f, 0.0f, 1.0f};

  void forward() {
    head->forward(machine.context, x, {w}, targets, kTemperature, logprob, lse, entropy);
  }
  double loss() {
    forward();
    return test::dot(logprob, dlogprob) + test::dot(entropy, dentropy);
  }
};

TEST_F(HeadTest, LogProbsAndEntropy) {
  forward();
  Tensor logits({kT, kV});
  head->logits(machine.context, x, {w}, logits);
  for (size_t m = 0; m < source.size(); ++m) {
    double sum = 0.0, mean = 0.0;
    const float* z = logits.values().data() + source[m] * kV;
    for (int64_t v = 0; v < kV; ++v) sum += std::exp(z[v] / kTemperature);
    for (int64_t v = 0; v < kV; ++v) mean += std::exp(z[v] / kTemperature) / sum * z[v];
    EXPECT_NEAR(lse[m], std::log(sum), 1e-5);
    EXPECT_NEAR(logprob[m], z[id[m]] / kTemperature - std::log(sum), 1e-5);
    EXPECT_NEAR(entropy[m], std::log(sum) - mean / kTemperature, 1e-5);
  }
}

TEST_F(HeadTest, LogitsAreProducts) {
  Tensor logits({kT, kV});
  head->logits(machine.context, x, {w}, logits);
  for (int64_t t = 0; t < kT; ++t) {
    for (int64_t v = 0; v < kV; ++v) {
      double sum = 0.0;
      for (int64_t e = 0; e < kE; ++e) sum += static_cast<double>(x[t * kE + e]) * w[v * kE + e];
      EXPECT_NEAR(logits[t * kV + v], sum, 1e-6);
    }
  }
}

TEST_F(HeadTest, WithoutEntropyTheRestIsTheSame) {
  forward();
  std::vector<float> only(5), only_lse(5);
  head->forward(machine.context, x, {w}, targets, kTemperature, only, only_lse, {});
  test::expect_same_bits(only, logprob, "logprob");
}

TEST_F(HeadTest, BackwardWithEntropy) {
  forward();
  Tensor dx = Tensor::random({kT, kE}, 8), dw({kV, kE});
  head->backward(machine.context, x, {w}, targets, kTemperature, {dlogprob, dentropy, lse, entropy},
                 dx, dw);
  test::expect_finite_differences(
      x.values(), dx.values(), [&] { return loss(); }, 2e-3, "dx");
  test::expect_finite_differences(
      w.values(), dw.values(), [&] { return loss(); }, 2e-3, "dw");
  for (int64_t e = 0; e < kE; ++e) EXPECT_EQ(dx[0 * kE + e], 0.0f);
  for (int64_t e = 0; e < kE; ++e) EXPECT_EQ(dx[3 * kE + e], 0.0f);
}

TEST_F(HeadTest, BackwardWithoutEntropyEqualsZeroEntropyGradients) {
  forward();
  const std::vector<float> none(5, 0.0f);
  Tensor dx({kT, kE}), dw({kV, kE}), dx_zero({kT, kE}), dw_zero({kV, kE});
  head->backward(machine.context, x, {w}, targets, kTemperature, {dlogprob, {}, lse, {}}, dx, dw);
  head->backward(machine.context, x, {w}, targets, kTemperature, {dlogprob, none, lse, entropy},
                 dx_zero, dw_zero);
  EXPECT_EQ(dx.values(), dx_zero.values());
  EXPECT_EQ(dw.values(), dw_zero.values());
}

// More sources than one chunk of the backward, cut anywhere between sources.
TEST_F(HeadTest, EveryCutGivesTheSameWeightGradientBits) {
  const int64_t rows = 150;
  Tensor many = Tensor::random({rows, kE}, 3), dx({rows, kE}), whole({kV, kE});
  std::vector<int32_t> sources;
  std::vector<Token> ids = test::random_tokens(rows, kV, 4);
  for (int32_t t = 0; t < rows; ++t) sources.push_back(t);
  std::vector<float> logprobs(rows), lses(rows);
  const std::vector<float> gradient = Tensor::random({rows}, 5).values();
  head->forward(machine.context, many, {w}, {sources, ids}, 1.0f, logprobs, lses, {});
  head->backward(machine.context, many, {w}, {sources, ids}, 1.0f, {gradient, {}, lses, {}}, dx,
                 whole);
  for (const int64_t cut : {1, 64, 65, 149}) {
    Tensor parts({kV, kE}), dx_parts({rows, kE});
    for (const auto& [begin, end] : {std::pair<int64_t, int64_t>{0, cut}, {cut, rows}}) {
      const auto piece = [&](const auto& all) {
        return std::span(all).subspan(begin, end - begin);
      };
      const std::vector<int32_t> local(sources.begin(), sources.begin() + (end - begin));
      const std::span<const float> d = piece(gradient), l = piece(lses);
      head->backward(machine.context, many.view().rows(begin, end), {w}, {local, piece(ids)}, 1.0f,
                     {d, {}, l, {}}, dx_parts.view().rows(begin, end), parts);
    }
    test::expect_same_bits(parts.values(), whole.values(), "dw");
    test::expect_same_bits(dx_parts.values(), dx.values(), "dx");
  }
}

}  // namespace
}  // namespace kedge
