#include "tests/support/command_line.h"

#include <gmock/gmock.h>

namespace kedge {
namespace {

using ::testing::HasSubstr;
using testing::CommandResult;
using testing::run_kedge;
using testing::TempDir;

std::string write_file(const TempDir& dir, const std::string& name, const std::string& text) {
  const std::string path = dir.path() + "/" + name;
  real_files().write_atomic(path, text);
  return path;
}

TEST(AdvantageCommand, ShowsWhatGrpoAndDrGrpoMakeOfTheSameRewards) {
  const TempDir dir("advantage");
  const std::string config = write_file(dir, "a.yaml", "algorithm: {preset: grpo}\n");
  const std::string groups =
      write_file(dir, "g.jsonl", "{\"rewards\":[1,0,0,0],\"lengths\":[3,4,5,6]}\n");
  const CommandResult scaled = run_kedge({"advantage", config, groups});
  ASSERT_EQ(scaled.exit, 0) << scaled.err;
  // Mean 0.25, sample deviation 0.5: (1 - 0.25) / (0.5 + 1e-6).
  EXPECT_NEAR(parse_json(scaled.out, "line")["row_advantages"][0].get<double>(), 1.499997, 1e-9);
  const CommandResult plain =
      run_kedge({"advantage", config, groups, "algorithm.advantage.scale=none"});
  EXPECT_NEAR(parse_json(plain.out, "line")["row_advantages"][0].get<double>(), 0.75, 1e-12);
}

TEST(AdvantageCommand, NamesTheConflictOfARefusedAlgorithm) {
  const TempDir dir("advantage_conflict");
  const std::string config =
      write_file(dir, "a.yaml", "algorithm: {preset: grpo, kl: {coef: 0.1}, reward: {kl_coef: 0.1}}\n");
  const std::string groups = write_file(dir, "g.jsonl", "{\"rewards\":[1,0],\"lengths\":[3,4]}\n");
  const CommandResult result = run_kedge({"advantage", config, groups});
  EXPECT_EQ(result.exit, kExitUsage);
  EXPECT_THAT(result.err, HasSubstr("kl"));
}

TEST(AdvantageCommand, WantsGroups) {
  const TempDir dir("advantage_none");
  const std::string config = write_file(dir, "a.yaml", "algorithm: {preset: grpo}\n");
  EXPECT_THAT(run_kedge({"advantage", config}).err, HasSubstr("no groups given"));
}

}  // namespace
}  // namespace kedge
