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

TEST(EvalCommand, PrintsOneJsonLineWithTheAccuracy) {
  const TempDir dir("eval");
  const std::string model = tiny_model(dir.path());
  const CommandResult result = run_kedge({"eval", tiny_config(dir.path()), "--model", model});
  ASSERT_EQ(result.exit, 0) << result.err;
  const json line = parse_json(result.out, "eval");
  ASSERT_TRUE(line.contains("eval/pass@1")) << line;
  EXPECT_GE(line["eval/pass@1"].get<double>(), 0.0);
  EXPECT_GT(line["eval/response_length/mean"].get<double>(), 0.0);
}

}  // namespace
}  // namespace kedge
