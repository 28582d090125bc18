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

TEST(ReportCommand, WritesAPageAndDrawsTheCurve) {
  const TempDir dir("report");
  ASSERT_EQ(run_kedge({"train", tiny_config(dir.path())}).exit, 0);
  const CommandResult result = run_kedge({"report", dir.path() + "/run"});
  ASSERT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("pass@1"));
  EXPECT_THAT(real_files().read(dir.path() + "/run/report.html"), HasSubstr("<svg"));
}

}  // namespace
}  // namespace kedge
