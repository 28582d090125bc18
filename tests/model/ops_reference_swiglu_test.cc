#include <gtest/gtest.h>

#include <cmath>

#include "model/ops_reference.h"
#include "tests/support/small_models.h"
#include "tests/support/tensors.h"

namespace kedge {
namespace {

using test::Machine;
using test::Tensor;

TEST(ReferenceSwiglu, Formula) {
  Machine machine;
  Tensor gate_up({1, 6}), h({1, 3});
  gate_up.values() = {0.0f, 1.0f, -20.0f, 5.0f, 2.0f, 3.0f};
  reference::swiglu_op()->forward(machine.context, gate_up, h);
  EXPECT_EQ(h[0], 0.0f);
  EXPECT_NEAR(h[1], 2.0 / (1.0 + std::exp(-1.0)), 1e-6);
  EXPECT_NEAR(h[2], -60.0 / (1.0 + std::exp(20.0)), 1e-12);
}

TEST(ReferenceSwiglu, Backward) {
  Machine machine(2);
  const auto swiglu = reference::swiglu_op();
  Tensor gate_up = Tensor::random({4, 10}, 1, 2.0f), dh = Tensor::random({4, 5}, 2);
  Tensor dgate_up = Tensor::random({4, 10}, 3);
  swiglu->backward(machine.context, dh, gate_up, dgate_up);
  const auto loss = [&] {
    Tensor h({4, 5});
    swiglu->forward(machine.context, gate_up, h);
    return test::dot(h.values(), dh.values());
  };
  test::expect_finite_differences(gate_up.values(), dgate_up.values(), loss, 1e-3, "dgate_up");
}

}  // namespace
}  // namespace kedge
