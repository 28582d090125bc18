#include <gtest/gtest.h>

#include "cli/bench/bench.h"
#include "tests/support/captured_output.h"

namespace kedge {
namespace {

TEST(BenchOps, OneLinePerOperatorAndShape) {
  testing_support::CapturedOutput output;
  EXPECT_EQ(bench_ops({"--size", "tiny", "--only", "linear/forward", "--rows", "1,4", "--rounds",
                       "1", "--seconds", "0.001", "--threads", "1"}),
            kExitDone);
  const auto lines = output.lines();
  ASSERT_EQ(lines.size(), 8u);
  for (const json& line : lines) {
    EXPECT_EQ(line.at("op"), "linear/forward");
    EXPECT_GT(line.at("gflops").get<double>(), 0.0);
    EXPECT_GT(line.at("share_of_peak").get<double>(), 0.0);
    EXPECT_GT(line.at("gbytes").get<double>(), 0.0);
  }
  EXPECT_EQ(lines[0].at("shape").at("M"), 1);
  EXPECT_EQ(lines[4].at("shape").at("M"), 4);
}

TEST(BenchOps, AnUnknownOperatorIsRefused) {
  EXPECT_THROW(bench_ops({"--size", "tiny", "--only", "gemm"}), ConfigError);
}

}  // namespace
}  // namespace kedge
