#include <gmock/gmock.h>

#include "cli/bench/bench.h"
#include "tests/support/captured_output.h"

namespace kedge {
namespace {

using ::testing::HasSubstr;

TEST(BenchDecode, OneLinePerBatchAndContext) {
  testing_support::CapturedOutput output;
  EXPECT_EQ(bench_decode({"--size", "tiny", "--batch", "1,3", "--context", "4,9", "--new-tokens",
                          "5", "--threads", "1"}),
            kExitDone);
  const auto lines = output.lines();
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[1].at("batch"), 3);
  EXPECT_EQ(lines[1].at("context"), 4);
  EXPECT_EQ(lines[2].at("context"), 9);
  for (const json& line : lines) {
    EXPECT_GT(line.at("tokens_per_second").get<double>(), 0.0);
    EXPECT_GT(line.at("share_of_bound").get<double>(), 0.0);
    const double expected = 2.0 * line.at("parameters").get<double>() *
                            line.at("tokens_per_second").get<double>() / 1e9;
    EXPECT_NEAR(line.at("gflops").get<double>(), expected, 1e-3 * expected);
  }
}

TEST(BenchDecode, ALoadThatDoesNotFitIsLeftOutAndSaid) {
  testing_support::CapturedOutput output;
  EXPECT_EQ(bench_decode({"--size", "tiny", "--batch", "1", "--kv-gib", "1e-6"}), kExitDone);
  EXPECT_EQ(output.text(), "");
  EXPECT_THAT(output.notes(), HasSubstr("left out"));
}

}  // namespace
}  // namespace kedge
