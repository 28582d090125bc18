#include "tests/support/command_line.h"

#include <gmock/gmock.h>

namespace kedge {
namespace {

using ::testing::HasSubstr;
using testing::CommandResult;
using testing::run_kedge;
using testing::TempDir;
using testing::tiny_config;
using testing::tiny_model;

TEST(TrainCommand, RunsPrintsTheHashAndRefusesASecondRunInItsPlace) {
  const TempDir dir("train");
  const std::string config = tiny_config(dir.path());
  const CommandResult first = run_kedge({"train", config});
  ASSERT_EQ(first.exit, 0) << first.err;
  EXPECT_THAT(first.err, HasSubstr("run hash "));
  EXPECT_TRUE(real_files().exists(dir.path() + "/run/metrics.jsonl"));
  const CommandResult second = run_kedge({"train", config});
  EXPECT_EQ(second.exit, kExitUsage);
  EXPECT_THAT(second.err, HasSubstr(dir.path() + "/run"));
}

TEST(TrainCommand, WantsAConfig) {
  const CommandResult result = run_kedge({"train"});
  EXPECT_EQ(result.exit, kExitUsage);
  EXPECT_THAT(result.err, HasSubstr("no config file"));
}

}  // namespace
}  // namespace kedge
