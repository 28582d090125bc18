#include "trainer/policy_model.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/small_models.h"
#include "tests/support/tiny_runs.h"

namespace kedge {
namespace {

using testing::TempDir;
using testing::tiny_run;

TEST(PolicyModel, IsReadyToCompute) {
  const TempDir temp("policy_model");
  PolicyModel model(tiny_run(temp.path() + "/run", {}, "exact"), Parameters::Gradients::none);
  EXPECT_EQ(model.parameters().id(), (WeightId{WeightSet::policy, 0}));
  EXPECT_GT(model.parameters().packed_bytes(), 0);
  EXPECT_EQ(model.stop_ids(), model.config().eos_ids);
  EXPECT_TRUE(model.ops().name.starts_with("exact"));
}

TEST(PolicyModel, KvMemoryHoldsTheSlotsAndOneFullContext) {
  RunConfig config;
  config.rollout.max_new_tokens = 8;
  config.rollout.slots = 4;
  ModelConfig model = test::small_config();
  model.max_position = 1600;
  EXPECT_EQ(engine_options(config, model, 8).kv_blocks, kv_blocks_for(1, 1600));
  config.rollout.slots = 1000;
  EXPECT_EQ(engine_options(config, model, 8).kv_blocks, kv_blocks_for(1000, 16));
  config.rollout.kv_blocks = 7;
  EXPECT_EQ(engine_options(config, model, 8).kv_blocks, 7);
}

TEST(PolicyModel, AnAnswerNeedsRoom) {
  RunConfig config;
  const ModelConfig model = test::small_config();  // 64 positions
  config.rollout.max_new_tokens = 60;
  EXPECT_EQ(max_prompt_tokens(config, model), 4);
  config.rollout.max_new_tokens = 64;
  EXPECT_THROW(max_prompt_tokens(config, model), ConfigError);
}

}  // namespace
}  // namespace kedge
