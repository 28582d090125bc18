#include "cli/bench/engine_load.h"

#include <gtest/gtest.h>

#include "cli/bench/workload.h"
#include "core/error.h"

namespace kedge {
namespace {

BenchOptions tiny() {
  BenchOptions options;
  options.size = "tiny";
  options.threads = 1;
  return options;
}

TEST(EngineLoad, CountsWeightsAndKvMemory) {
  ModelConfig config;
  config.family = "llama";
  config.hidden = 64, config.layers = 2, config.heads = 4, config.kv_heads = 2;
  config.head_dim = 16, config.intermediate = 128, config.vocab = 100;
  config.tied = true;
  EXPECT_EQ(decode_weights(config), config.num_parameters());
  config.tied = false;
  EXPECT_EQ(decode_weights(config), config.num_parameters() - 100 * 64);
  // Three rows of 20 tokens: two blocks each and one to copy into.
  EXPECT_EQ(kv_bytes({3, 16, 4}, config), 3 * 3 * KvCache::bytes_per_block(config));
}

TEST(EngineLoad, TimesDecodeAndPrefill) {
  const BenchDirectory directory(bench_size("tiny"), 1);
  PolicyModel model(bench_config(directory, tiny(), {}), Parameters::Gradients::none);
  EXPECT_GT(decode_pass_seconds(model, {2, 5, 6}), 0.0);
  EXPECT_GT(decode_pass_seconds(model, {1, 40, 6, 16}), 0.0);
  EXPECT_GT(prefill_seconds(model, {2, 40, 1, 16}), 0.0);
}

TEST(EngineLoad, TooFewTokensToMeasureAreRefused) {
  const BenchDirectory directory(bench_size("tiny"), 1);
  PolicyModel model(bench_config(directory, tiny(), {}), Parameters::Gradients::none);
  EXPECT_THROW(decode_pass_seconds(model, {1, 5, 2}), ConfigError);
}

}  // namespace
}  // namespace kedge
