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

TEST(PlanCommand, CountsParametersAndMemoryWithoutAModel) {
  const TempDir dir("plan");
  const CommandResult result = run_kedge({"plan", tiny_config(dir.path()), "--json"});
  ASSERT_EQ(result.exit, 0) << result.err;
  const json plan = parse_json(result.out, "plan");
  EXPECT_GT(plan.dump().size(), 50u);
  EXPECT_FALSE(real_files().exists(dir.path() + "/run"));
  EXPECT_THAT(run_kedge({"plan", tiny_config(dir.path())}).out, HasSubstr("parameters"));
}

}  // namespace
}  // namespace kedge
