#include <gmock/gmock.h>

#include "tests/support/command_line.h"

namespace kedge {
namespace {

using ::testing::HasSubstr;
using testing::run_kedge;

TEST(RewardCommand, KnowsItsTwoParts) {
  const auto help = run_kedge({"reward", "--help"});
  EXPECT_EQ(help.exit, kExitDone);
  EXPECT_THAT(help.out, HasSubstr("test"));
  EXPECT_THAT(help.out, HasSubstr("audit"));
  const auto unknown = run_kedge({"reward", "tset"});
  EXPECT_EQ(unknown.exit, kExitUsage);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean 'test'"));
}

}  // namespace
}  // namespace kedge
