#include <gtest/gtest.h>

#include <cmath>

#include "model/ops_reference.h"
#include "model/transformer_block.h"
#include "tests/support/small_models.h"
#include "tests/support/tensors.h"

namespace kedge {
namespace {

using test::Machine;
using test::Tensor;

constexpr int64_t kT = 4, kG = 3, kD = 6;
constexpr float kEps = 1e-3f;

struct NormTest : testing::Test {
  Machine machine{2};
  std::unique_ptr<NormOp> norm = reference::norm_op();
  Tensor x = Tensor::random({kT, kG, kD}, 1), w = Tensor::random({kD}, 2),
         dy = Tensor::random({kT, kG, kD}, 3), rstd = Tensor({kT, kG});

  double loss() {
    Tensor y({kT, kG, kD}), unused({kT, kG});
    norm->forward(machine.context, x, w, kEps, y, unused);
    return test::dot(y.values(), dy.values());
  }
};

TEST_F(NormTest, Formula) {
  Tensor y({kT, kG, kD});
  norm->forward(machine.context, x, w, kEps, y, rstd);
  for (int64_t row = 0; row < kT * kG; ++row) {
    double sum = 0.0;
    for (int64_t d = 0; d < kD; ++d) sum += std::pow(x[row * kD + d], 2);
    const double expected = 1.0 / std::sqrt(sum / kD + kEps);
    EXPECT_NEAR(rstd[row], expected, 1e-6 * expected);
    for (int64_t d = 0; d < kD; ++d) {
      EXPECT_NEAR(y[row * kD + d], x[row * kD + d] * expected * w[d], 1e-6);
    }
  }
}

TEST_F(NormTest, InPlaceAndOnHeadsInsideWiderRows) {
  Tensor y({kT, kG, kD});
  norm->forward(machine.context, x, w, kEps, y, rstd);
  Tensor wide = Tensor::random({kT, 2 + kG * kD}, 7);
  const Tensor before = wide;
  for (int64_t t = 0; t < kT; ++t) {
    for (int64_t i = 0; i < kG * kD; ++i) wide[t * (2 + kG * kD) + 2 + i] = x[t * kG * kD + i];
  }
  const TensorView heads = heads_of(wide, 2, kG, kD);
  norm->forward(machine.context, heads, w, kEps, heads, rstd);
  for (int64_t t = 0; t < kT; ++t) {
    EXPECT_EQ(wide[t * (2 + kG * kD)], before.values()[t * (2 + kG * kD)]);
    for (int64_t i = 0; i < kG * kD; ++i) {
      EXPECT_EQ(wide[t * (2 + kG * kD) + 2 + i], y[t * kG * kD + i]);
    }
  }
}

TEST_F(NormTest, Backward) {
  Tensor y({kT, kG, kD}), dx({kT, kG, kD}), dw({kD});
  norm->forward(machine.context, x, w, kEps, y, rstd);
  norm->backward(machine.context, dy, x, w, rstd, false, dx, dw);
  test::expect_finite_differences(
      x.values(), dx.values(), [&] { return loss(); }, 1e-3, "dx");
  test::expect_finite_differences(
      w.values(), dw.values(), [&] { return loss(); }, 1e-4, "dw", 0.1f);
}

TEST_F(NormTest, AccumulateAddsToDxAndWeightsAlwaysAdd) {
  Tensor y({kT, kG, kD}), dx({kT, kG, kD}), dw({kD});
  norm->forward(machine.context, x, w, kEps, y, rstd);
  norm->backward(machine.context, dy, x, w, rstd, false, dx, dw);
  Tensor more = Tensor::random({kT, kG, kD}, 8), dw_twice = dw;
  const Tensor before = more;
  norm->backward(machine.context, dy, x, w, rstd, true, more, dw_twice);
  for (size_t i = 0; i < more.size(); ++i) {
    EXPECT_NEAR(more[i], before.values()[i] + dx[i], 1e-6);
  }
  for (int64_t d = 0; d < kD; ++d) EXPECT_NEAR(dw_twice[d], 2.0f * dw[d], 1e-5);
}

TEST_F(NormTest, EveryCutGivesTheSameWeightGradientBits) {
  Tensor y({kT, kG, kD}), dx({kT, kG, kD}), whole({kD}), parts({kD});
  norm->forward(machine.context, x, w, kEps, y, rstd);
  norm->backward(machine.context, dy, x, w, rstd, false, dx, whole);
  for (const auto& [begin, end] : {std::pair<int64_t, int64_t>{0, 1}, {1, kT}}) {
    norm->backward(machine.context, dy.view().rows(begin, end), x.view().rows(begin, end), w,
                   rstd.view().rows(begin, end), false, dx.view().rows(begin, end), parts);
  }
  test::expect_same_bits(parts.values(), whole.values(), "dw");
}

}  // namespace
}  // namespace kedge
