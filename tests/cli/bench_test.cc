#include <gmock/gmock.h>

#include "cli/bench/bench.h"
#include "tests/support/captured_output.h"

namespace kedge {
namespace {

using ::testing::HasSubstr;
using testing_support::CapturedOutput;

TEST(Bench, HelpListsEveryMeasurement) {
  CapturedOutput output;
  EXPECT_EQ(bench_command({"--help"}), kExitDone);
  for (const Command& command : bench_table()) EXPECT_THAT(output.text(), HasSubstr(command.name));
}

TEST(Bench, UnknownMeasurementNamesTheNearest) {
  try {
    bench_command({"decod"});
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'decode'"));
  }
}

TEST(Bench, IsACommandOfTheBinary) {
  CapturedOutput output;
  EXPECT_EQ(run_command_line({"bench", "machine", "--seconds", "0"}), kExitUsage);
  EXPECT_THAT(output.notes(), HasSubstr("--seconds"));
}

}  // namespace
}  // namespace kedge
