#include <gtest/gtest.h>

#include "cli/bench/bench.h"
#include "tests/support/captured_output.h"

namespace kedge {
namespace {

TEST(BenchPrefill, OneLinePerPromptLength) {
  testing_support::CapturedOutput output;
  EXPECT_EQ(bench_prefill(
                {"--size", "tiny", "--prompts", "2", "--prompt-tokens", "8,24", "--threads", "1"}),
            kExitDone);
  const auto lines = output.lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].at("prompt_tokens"), 8);
  EXPECT_EQ(lines[1].at("prompt_tokens"), 24);
  for (const json& line : lines) {
    EXPECT_GT(line.at("tokens_per_second").get<double>(), 0.0);
    // The head counts for one token per prompt only.
    EXPECT_LT(line.at("gflops").get<double>(), 2.0 * line.at("parameters").get<double>() *
                                                   line.at("tokens_per_second").get<double>() /
                                                   1e9);
  }
}

}  // namespace
}  // namespace kedge
