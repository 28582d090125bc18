#include <gmock/gmock.h>

#include "cli/bench/bench.h"
#include "tests/support/captured_output.h"

namespace kedge {
namespace {

using ::testing::HasSubstr;

TEST(BenchStep, PrintsTheKeysOfThePeerAndTheBound) {
  testing_support::CapturedOutput output;
  EXPECT_EQ(bench_step({"--size", "tiny", "--steps", "2", "--new-tokens", "4", "--threads", "1"}),
            kExitDone);
  const auto lines = output.lines();
  ASSERT_EQ(lines.size(), 1u);
  const json& line = lines[0];
  std::vector<std::string> keys;
  for (const auto& [key, value] : line.items()) keys.push_back(key);
  EXPECT_THAT(keys, ::testing::UnorderedElementsAre(
                        "peer", "size", "parameters", "rows", "new_tokens", "prompt_tokens",
                        "seconds_per_step", "generate_and_score_seconds", "update_seconds",
                        "generated_tokens_per_second", "rollout_tokens_per_second", "bf16",
                        "bound_seconds", "share_of_bound", "refresh_seconds", "fma_peak_gflops",
                        "peak_rss_mib", "plan_mib"));
  EXPECT_EQ(line.at("peer"), "kedge");
  EXPECT_EQ(line.at("rows"), 64);
  EXPECT_EQ(line.at("new_tokens"), 4);
  const double step = line.at("seconds_per_step"), generate = line.at("generate_and_score_seconds");
  EXPECT_GT(generate, 0.0);
  EXPECT_GT(step, generate);
  // Both sides are printed with five significant digits, so they agree to about 1e-4 of their size.
  EXPECT_NEAR(line.at("generated_tokens_per_second").get<double>() / (64 * 4 / step), 1.0, 2e-4);
  EXPECT_NEAR(line.at("share_of_bound").get<double>(),
              line.at("bound_seconds").get<double>() / step, 1e-3);
  EXPECT_THAT(output.notes(), HasSubstr("sampling"));
}

TEST(BenchStep, AnUnknownSizeIsRefused) {
  EXPECT_THROW(bench_step({"--size", "huge"}), ConfigError);
}

}  // namespace
}  // namespace kedge
