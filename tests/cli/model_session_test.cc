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

TEST(ModelSession, AnUnknownNumericsNamesTheValidOnes) {
  const TempDir dir("session");
  const std::string model = tiny_model(dir.path());
  const CommandResult result =
      run_kedge({"generate", "--model", model, "--prompt", "1", "--numerics", "exakt"});
  EXPECT_EQ(result.exit, kExitUsage);
  EXPECT_THAT(result.err, HasSubstr("exact"));
}

TEST(ModelSession, AMissingDirectoryIsNamed) {
  const CommandResult result =
      run_kedge({"generate", "--model", "no/such/model", "--prompt", "1"});
  EXPECT_EQ(result.exit, kExitUsage);
  EXPECT_THAT(result.err, HasSubstr("no/such/model"));
}

}  // namespace
}  // namespace kedge
