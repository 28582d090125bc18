#include "cli/bench/op_case.h"

#include <gtest/gtest.h>

#include "tests/support/small_models.h"

namespace kedge {
namespace {

TEST(OwnedTensor, IsAlignedDenseAndShared) {
  const OwnedTensor tensor = random_tensor({3, 5}, 1, 2.0f);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.view.data) % 64, 0u);
  EXPECT_TRUE(tensor.view.is_contiguous());
  const OwnedTensor copy = tensor;
  copy.view.f32()[0] = 7.0f;
  EXPECT_EQ(tensor.view.f32()[0], 7.0f);
  for (int i = 1; i < 15; ++i) EXPECT_LT(std::abs(tensor.view.f32()[i]), 2.0f);
  EXPECT_NE(tensor.view.f32()[1], tensor.view.f32()[2]);
}

TEST(OwnedTensor, ZerosAreZero) {
  const OwnedTensor tensor = zero_tensor({17});
  for (int i = 0; i < 17; ++i) EXPECT_EQ(tensor.view.f32()[i], 0.0f);
}

TEST(RandomWeight, IsReadyToMultiply) {
  test::Machine machine(1);
  const Operators ops = exact_operators();
  const OwnedWeight weight = random_weight(machine.context, ops, 4, 3);
  const OwnedTensor x = random_tensor({2, 3}, 5), y = zero_tensor({2, 4});
  ops.linear->forward(machine.context, x.view, weight.weight(), {}, LinearOp::Start::zero, y.view);
  double expected = 0.0;
  for (int k = 0; k < 3; ++k) {
    expected += static_cast<double>(x.view.f32()[3 + k]) * weight.master.view.f32()[2 * 3 + k];
  }
  EXPECT_NEAR(y.view.f32()[4 + 2], expected, 1e-6);
}

}  // namespace
}  // namespace kedge
