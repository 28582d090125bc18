#include "model/transformer_block.h"

#include <gtest/gtest.h>

#include "model/rope.h"
#include "tests/support/small_models.h"
#include "tests/support/tensors.h"

namespace kedge {
namespace {

using test::Machine;
using test::Tensor;

TEST(TransformerBlock, HeadsOfAreStridedViews) {
  Tensor wide({2, 20});
  for (size_t i = 0; i < wide.size(); ++i) wide[i] = static_cast<float>(i);
  const TensorView heads = heads_of(wide, 4, 3, 5);
  EXPECT_EQ(heads.rank, 3);
  EXPECT_EQ(heads.size(1), 3);
  EXPECT_EQ(heads.size(2), 5);
  const float* last = heads.f32() + heads.stride[0] + 2 * heads.stride[1] + 4 * heads.stride[2];
  EXPECT_EQ(*last, 20 + 4 + 14);
}

TEST(TransformerBlock, ScaleIsOneOverTheRootOfTheHeadDim) {
  ModelConfig config = test::small_config();
  config.head_dim = 16;
  EXPECT_EQ(attention_shape(config).scale, 0.25f);
}

class BlockFamilies : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(All, BlockFamilies, testing::Values("llama", "qwen2", "qwen3"));

// d <dy, y> / dx through norm, attention, residuals and MLP of one block.
TEST_P(BlockFamilies, InputGradientMatchesFiniteDifferences) {
  Machine machine(2);
  ModelConfig config = test::small_config(GetParam());
  config.layers = 1;
  const Operators ops = reference_operators();
  Parameters parameters(config, Parameters::Gradients::yes);
  test::randomize(parameters, 7);
  const SegmentLayout forest = test::random_forest(2, 4, 3, 4);
  const int64_t T = forest.num_tokens();
  const std::vector<int32_t> positions = positions_of(forest);
  std::vector<float> rope_memory = rope_values(config, 64);
  const RopeTable rope = rope_table(rope_memory, config.head_dim);
  const BlockPass pass{config, ops, rope, positions, &forest, nullptr, attention_shape(config)};
  Activations::Memory memory(config, Recompute::none);
  memory.bind(T);
  std::vector<float> x = Tensor::random({T, 16}, 1).values();
  const Tensor dy = Tensor::random({T, 16}, 2);
  const auto forward = [&] {
    std::copy(x.begin(), x.end(), memory.blocks[0].x_TE.f32());
    block_forward(machine.context, pass, parameters.layer(0), memory.blocks[0], nullptr);
    const float* y = memory.blocks[0].y_TE.f32();
    return test::dot({y, y + T * 16}, dy.values());
  };
  forward();
  Tensor free({T, 16}), dresidual = dy;
  const BlockGradients work(machine.scratch, config, free);
  block_backward(machine.context, pass, parameters.layer(0), memory.blocks[0], work, dresidual);
  test::expect_finite_differences(x, dresidual.values(), forward, 2e-3, "dx", 5e-3f, 5);
}

}  // namespace
}  // namespace kedge
