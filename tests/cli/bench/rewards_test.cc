#include <gtest/gtest.h>

#include "cli/bench/bench.h"
#include "tests/support/captured_output.h"
#include "tests/support/python_program.h"

namespace kedge {
namespace {

TEST(BenchRewards, OneLinePerSignatureAndBatch) {
  testing_support::CapturedOutput output;
  EXPECT_EQ(bench_rewards({"--calls", "8", "--interpreter", testing_support::python_program()}),
            kExitDone);
  const auto lines = output.lines();
  ASSERT_EQ(lines.size(), 6u);
  for (const json& line : lines) {
    EXPECT_GT(line.at("us_per_call").get<double>(), 0.0);
    EXPECT_LE(line.at("us_per_item").get<double>(), line.at("us_per_call").get<double>());
  }
}

}  // namespace
}  // namespace kedge
