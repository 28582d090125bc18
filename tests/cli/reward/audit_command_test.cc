#include <gmock/gmock.h>

#include "tests/support/command_line.h"

namespace kedge {
namespace {

using ::testing::HasSubstr;
using testing::run_kedge;
using testing::TempDir;

TEST(RewardAuditCommand, OneLinePerLook) {
  const TempDir dir("audit");
  real_files().write_atomic(dir.path() + "/metrics.jsonl",
                            "{\"step\":0,\"eval/pass@1\":0.5}\n"
                            "{\"step\":1,\"critic/rewards/mean\":0.1}\n"
                            "{\"step\":2,\"critic/rewards/mean\":0.9,\"eval/pass@1\":0.5}\n");
  const auto result = run_kedge({"reward", "audit", dir.path()});
  EXPECT_EQ(result.exit, kExitDone) << result.err;
  std::vector<json> lines;
  for_each_json_line(result.out, "output",
                     [&](const json& line, const std::string&) { lines.push_back(line); });
  ASSERT_EQ(lines.size(), 7u);
  EXPECT_EQ(lines[0].at("check"), "reward_without_accuracy");
  EXPECT_EQ(lines[0].at("flagged"), true);
  EXPECT_THAT(result.err, HasSubstr("LOOK  reward_without_accuracy"));
}

TEST(RewardAuditCommand, NeedsARun) {
  const TempDir dir("audit_nothing");
  const auto result = run_kedge({"reward", "audit", dir.path()});
  EXPECT_EQ(result.exit, kExitUsage);
  EXPECT_THAT(result.err, HasSubstr("no metrics.jsonl"));
}

}  // namespace
}  // namespace kedge
