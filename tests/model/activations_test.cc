#include "model/activations.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/small_models.h"

namespace kedge {
namespace {

class ActivationsTest : public testing::TestWithParam<std::tuple<std::string, Recompute>> {};
INSTANTIATE_TEST_SUITE_P(All, ActivationsTest,
                         testing::Combine(testing::Values("llama", "qwen3"),
                                          testing::Values(Recompute::none, Recompute::blocks)));

TEST_P(ActivationsTest, MemoryIsWhatThePlanSays) {
  const ModelConfig config = test::small_config(std::get<0>(GetParam()));
  const Recompute recompute = std::get<1>(GetParam());
  Activations::Memory memory(config, recompute);
  memory.bind(100);
  const int64_t planned = 100 * Activations::bytes_per_token(config, recompute);
  const int64_t alignment = 64 * (15 * config.layers + 4);
  EXPECT_GE(memory.bytes, planned);
  EXPECT_LE(memory.bytes, planned + alignment);
}

TEST_P(ActivationsTest, GrowsToTheLargestBatchOnce) {
  const ModelConfig config = test::small_config(std::get<0>(GetParam()));
  Activations::Memory memory(config, std::get<1>(GetParam()));
  memory.bind(50);
  const int64_t bytes = memory.bytes;
  const void* place = memory.hidden_TE.data;
  memory.bind(7);
  EXPECT_EQ(memory.bytes, bytes);
  EXPECT_EQ(memory.hidden_TE.size(0), 7);
  memory.bind(50);
  EXPECT_EQ(memory.bytes, bytes);
  EXPECT_EQ(memory.hidden_TE.data, place);
  memory.bind(51);
  EXPECT_GT(memory.bytes, bytes);
}

TEST_P(ActivationsTest, BlocksChainAndShareOnlyWhatIsRefilled) {
  const ModelConfig config = test::small_config(std::get<0>(GetParam()));
  const Recompute recompute = std::get<1>(GetParam());
  Activations::Memory memory(config, recompute);
  memory.bind(9);
  ASSERT_EQ(memory.blocks.size(), 2u);
  EXPECT_EQ(memory.blocks[0].y_TE.data, memory.blocks[1].x_TE.data);
  EXPECT_EQ(memory.blocks[1].y_TE.data, memory.last_TE.data);
  EXPECT_NE(memory.blocks[0].x_TE.data, memory.blocks[1].x_TE.data);
  const bool shared = memory.blocks[0].qkv_TC.data == memory.blocks[1].qkv_TC.data;
  EXPECT_EQ(shared, recompute == Recompute::blocks);
  EXPECT_EQ(memory.blocks[0].qk_raw_TG.empty(), !config.qk_norm);
}

TEST(Activations, RecomputationHoldsLess) {
  ModelConfig config = test::small_config();
  config.layers = 12;
  EXPECT_LT(4 * Activations::bytes_per_token(config, Recompute::blocks),
            Activations::bytes_per_token(config, Recompute::none));
}

TEST(Activations, HiddenBeforeAForwardIsRefused) {
  const Activations activations(test::small_config(), Recompute::none);
  EXPECT_EQ(activations.bytes(), 0);
  EXPECT_THROW(activations.hidden(), InvariantError);
}

}  // namespace
}  // namespace kedge
