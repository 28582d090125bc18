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

TEST(ListCommand, ShowsEveryFamilyOrOne) {
  const CommandResult all = run_kedge({"list"});
  EXPECT_THAT(all.out, HasSubstr("exact_answer"));
  EXPECT_THAT(all.out, HasSubstr("sums"));
  EXPECT_THAT(all.out, HasSubstr("grpo"));
  const CommandResult tasks = run_kedge({"list", "tasks"});
  EXPECT_THAT(tasks.out, HasSubstr("countdown"));
  EXPECT_THAT(tasks.out, ::testing::Not(HasSubstr("exact_answer")));
}

TEST(ListCommand, AnUnknownFamilyNamesTheValidOnes) {
  const CommandResult result = run_kedge({"list", "reward"});
  EXPECT_EQ(result.exit, kExitUsage);
  EXPECT_THAT(result.err, HasSubstr("rewards"));
}

}  // namespace
}  // namespace kedge
