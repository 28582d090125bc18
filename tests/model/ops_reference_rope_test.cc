#include <gtest/gtest.h>

#include "model/ops_reference.h"
#include "model/rope.h"
#include "tests/support/small_models.h"
#include "tests/support/tensors.h"

namespace kedge {
namespace {

using test::Machine;
using test::Tensor;

struct RopeTest : testing::Test {
  Machine machine{2};
  std::unique_ptr<RopeOp> rope = reference::rope_op();
  ModelConfig config = test::small_config();
  std::vector<float> memory = rope_values(config, 64);
  RopeTable table = rope_table(memory, config.head_dim);

  std::vector<float> rotated(const std::vector<float>& head, int32_t position) {
    Tensor x({1, 1, 8});
    x.values() = head;
    rope->apply(machine.context, x, std::vector<int32_t>{position}, table, false);
    return x.values();
  }
};

TEST_F(RopeTest, InverseRotatesBack) {
  Tensor x = Tensor::random({3, 2, 8}, 1);
  const Tensor before = x;
  const std::vector<int32_t> positions = {0, 17, 63};
  rope->apply(machine.context, x, positions, table, false);
  EXPECT_NE(x[16], before.values()[16]);
  rope->apply(machine.context, x, positions, table, true);
  test::expect_close(x.values(), before.values(), 1e-6, "x");
}

TEST_F(RopeTest, PositionZeroIsTheIdentity) {
  const std::vector<float> head = Tensor::random({8}, 2).values();
  EXPECT_EQ(rotated(head, 0), head);
}

TEST_F(RopeTest, PairsAreHalvesApart) {
  std::vector<float> head(8, 0.0f);
  head[1] = 1.0f;
  const std::vector<float> x = rotated(head, 3);
  for (int i = 0; i < 8; ++i) {
    if (i == 1 || i == 5) continue;
    EXPECT_EQ(x[i], 0.0f) << i;
  }
  EXPECT_EQ(x[1], table.cos_PD.f32()[3 * 4 + 1]);
  EXPECT_EQ(x[5], table.sin_PD.f32()[3 * 4 + 1]);
}

TEST_F(RopeTest, ScoresDependOnTheDistanceOnly) {
  const std::vector<float> q = Tensor::random({8}, 3).values(), k = Tensor::random({8}, 4).values();
  const double near = test::dot(rotated(q, 9), rotated(k, 4));
  const double far = test::dot(rotated(q, 55), rotated(k, 50));
  EXPECT_NEAR(near, far, 1e-5);
}

}  // namespace
}  // namespace kedge
