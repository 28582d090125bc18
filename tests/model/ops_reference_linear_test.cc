#include <gtest/gtest.h>

#include "model/ops_reference.h"
#include "tests/support/small_models.h"
#include "tests/support/tensors.h"

namespace kedge {
namespace {

using test::Machine;
using test::Tensor;
using Start = LinearOp::Start;

constexpr int64_t kT = 5, kK = 11, kN = 7;

struct LinearTest : testing::Test {
  Machine machine{2};
  std::unique_ptr<LinearOp> linear = reference::linear_op();
  Tensor x = Tensor::random({kT, kK}, 1), w = Tensor::random({kN, kK}, 2),
         bias = Tensor::random({kN}, 3), y = Tensor::random({kT, kN}, 4),
         dy = Tensor::random({kT, kN}, 5);

  double loss(Start start) {
    Tensor out = y;
    linear->forward(machine.context, x, {w}, bias, start, out);
    return test::dot(out.values(), dy.values());
  }
};

TEST_F(LinearTest, EveryStart) {
  for (const Start start : {Start::zero, Start::bias, Start::accumulate}) {
    Tensor out = y;
    linear->forward(machine.context, x, {w}, bias, start, out);
    for (int64_t t = 0; t < kT; ++t) {
      for (int64_t n = 0; n < kN; ++n) {
        double sum = start == Start::zero ? 0.0 : start == Start::bias ? bias[n] : y[t * kN + n];
        for (int64_t k = 0; k < kK; ++k) sum += static_cast<double>(x[t * kK + k]) * w[n * kK + k];
        EXPECT_NEAR(out[t * kN + n], sum, 1e-6);
      }
    }
  }
}

TEST_F(LinearTest, ReadsAndWritesStridedRows) {
  Tensor wide_x = Tensor::random({kT, 3 + kK}, 1), wide_y({kT, kN + 2}), dense({kT, kK}),
         out({kT, kN});
  for (int64_t t = 0; t < kT; ++t) {
    for (int64_t k = 0; k < kK; ++k) dense[t * kK + k] = wide_x[t * (3 + kK) + 3 + k];
  }
  linear->forward(machine.context, wide_x.view().columns(3, 3 + kK), {w}, {}, Start::zero,
                  wide_y.view().columns(0, kN));
  linear->forward(machine.context, dense, {w}, {}, Start::zero, out);
  for (int64_t t = 0; t < kT; ++t) {
    for (int64_t n = 0; n < kN; ++n) EXPECT_EQ(wide_y[t * (kN + 2) + n], out[t * kN + n]);
    EXPECT_EQ(wide_y[t * (kN + 2) + kN], 0.0f);
  }
}

TEST_F(LinearTest, RowDoesNotDependOnTheBatch) {
  Tensor all({kT, kN}), one({1, kN});
  linear->forward(machine.context, x, {w}, bias, Start::bias, all);
  linear->forward(machine.context, x.view().rows(3, 4), {w}, bias, Start::bias, one);
  test::expect_same_bits({all.values().begin() + 3 * kN, all.values().begin() + 4 * kN},
                         one.values(), "row 3");
}

TEST_F(LinearTest, BackwardInput) {
  Tensor dx = Tensor::random({kT, kK}, 9);
  linear->backward_input(machine.context, dy, {w}, dx);
  test::expect_finite_differences(
      x.values(), dx.values(), [&] { return loss(Start::zero); }, 2e-5, "dx", 0.25f);
}

TEST_F(LinearTest, BackwardWeightAddsToMemory) {
  Tensor dw = Tensor::random({kN, kK}, 9), dbias = Tensor::random({kN}, 10);
  const Tensor dw_before = dw, dbias_before = dbias;
  linear->backward_weight(machine.context, dy, x, dw, dbias);
  for (size_t i = 0; i < dw.size(); ++i) dw[i] -= dw_before.values()[i];
  for (size_t i = 0; i < dbias.size(); ++i) dbias[i] -= dbias_before.values()[i];
  test::expect_finite_differences(
      w.values(), dw.values(), [&] { return loss(Start::bias); }, 2e-5, "dw", 0.25f);
  test::expect_finite_differences(
      bias.values(), dbias.values(), [&] { return loss(Start::bias); }, 2e-5, "dbias", 0.25f);
}

TEST_F(LinearTest, EveryCutOfTheTokensGivesTheSameWeightGradientBits) {
  Tensor whole({kN, kK}), whole_bias({kN});
  linear->backward_weight(machine.context, dy, x, whole, whole_bias);
  for (int64_t cut = 1; cut < kT; ++cut) {
    Tensor parts({kN, kK}), parts_bias({kN});
    for (const auto& [begin, end] : {std::pair<int64_t, int64_t>{0, cut}, {cut, kT}}) {
      linear->backward_weight(machine.context, dy.view().rows(begin, end),
                              x.view().rows(begin, end), parts, parts_bias);
    }
    test::expect_same_bits(parts.values(), whole.values(), "dw");
    test::expect_same_bits(parts_bias.values(), whole_bias.values(), "dbias");
  }
}

}  // namespace
}  // namespace kedge
