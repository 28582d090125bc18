#include <gmock/gmock.h>

#include "cli/reward/example.h"
#include "tests/support/command_line.h"
#include "tests/support/python_program.h"

namespace kedge {
namespace {

using ::testing::AllOf;
using testing::CommandResult;
using ::testing::HasSubstr;
using testing::run_kedge;
using testing::TempDir;

std::vector<json> lines_of(const CommandResult& result) {
  std::vector<json> lines;
  for_each_json_line(result.out, "output",
                     [&](const json& line, const std::string&) { lines.push_back(line); });
  return lines;
}

// A directory with reward.yaml and cases.jsonl, and the command run on them.
class Trial {
 public:
  Trial(const std::string& config, const std::string& cases) : dir_("reward_test") {
    real_files().write_atomic(dir_.path() + "/reward.yaml", config);
    real_files().write_atomic(dir_.path() + "/cases.jsonl", cases);
  }
  CommandResult run(std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {"reward", "test", dir_.path() + "/reward.yaml",
                                      dir_.path() + "/cases.jsonl"};
    words.insert(words.end(), more.begin(), more.end());
    return run_kedge(words);
  }

 private:
  TempDir dir_;
};

constexpr const char* kConfig = R"(
run: {name: this is read by other commands}
rewards:
  - {name: exact_answer, metric: true}
  - {name: mentions, weight: 0.5, on_error: fail}
)";

TEST(RewardTest, SaysPerCaseWhatTheRewardsSay) {
  const Trial trial(kConfig, R"(
{"id":"a","prompt":"7+5=","completion":"12","answer":"12","words":["12"],"expect":{"exact_answer":1,"mentions":1.0,"total":1.5}}
{"prompt":"7+5=","completion":"13","answer":"12","words":[],"expect":{"exact_answer":0,"mentions":"abstain"}}
{"completion":"13","answer":"12"}
)");
  const CommandResult result = trial.run();
  EXPECT_EQ(result.exit, kExitDone) << result.err;
  const auto lines = lines_of(result);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].at("id"), "a");
  EXPECT_EQ(lines[0].at("verdicts"), json({{"exact_answer", 1.0}, {"mentions", 1.0}}));
  EXPECT_EQ(lines[0].at("total"), 1.5);
  EXPECT_EQ(lines[0].at("agree"), true);
  EXPECT_GE(lines[0].at("ms").get<double>(), 0.0);
  EXPECT_EQ(lines[1].at("id"), "2");
  EXPECT_THAT(lines[1].at("verdicts").at("mentions").get<std::string>(), HasSubstr("abstain: "));
  EXPECT_THAT(lines[2].at("verdicts").at("mentions").get<std::string>(), HasSubstr("error: "));
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("exact_answer  mentions"), HasSubstr("all of 3 cases agree")));
}

TEST(RewardTest, ADisagreementIsExitCodeOneAndSaysBothSides) {
  const Trial trial(kConfig, R"(
{"id":"a","completion":"12","answer":"12","words":["x"],"expect":{"exact_answer":0.25,"mentions":"abstain","total":1.0}}
)");
  const CommandResult result = trial.run();
  EXPECT_EQ(result.exit, kExitFailure);
  const auto lines = lines_of(result);
  EXPECT_EQ(lines.at(0).at("agree"), false);
  EXPECT_EQ(lines.at(0).at("mismatches").size(), 2u);
  EXPECT_THAT(
      result.err,
      AllOf(HasSubstr("MISMATCH exact_answer: 1.0, expected 0.25; mentions: 0.0 ('x' is missing)"),
            HasSubstr("1 of 1 case differs")));
}

TEST(RewardTest, TakesOverrides) {
  const Trial trial(kConfig,
                    R"({"completion":"12","answer":"12","words":["12"],"expect":{"total":3}})");
  EXPECT_EQ(trial.run({"rewards.0.weight=2.5"}).exit, kExitDone);
}

TEST(RewardTest, MistakesAreUsageErrors) {
  EXPECT_EQ(run_kedge({"reward", "test", "a.yaml"}).exit, kExitUsage);
  const CommandResult misspelt =
      Trial("rewards: [{name: exact_anser}]", "{\"completion\":\"1\"}").run();
  EXPECT_EQ(misspelt.exit, kExitUsage);
  EXPECT_THAT(misspelt.err, HasSubstr("did you mean 'exact_answer'"));
}

TEST(RewardTest, InitWritesAnExampleThatAgrees) {
  const TempDir dir("reward_init");
  const std::string place = dir.path() + "/mine";
  ASSERT_EQ(run_kedge({"reward", "test", "--init", place}).exit, kExitDone);
  EXPECT_EQ(real_files().read(place + "/my_reward.py"), reward_example_function());
  const CommandResult result = run_kedge(
      {"reward", "test", place + "/reward.yaml", "rewards.0.path=" + place + "/my_reward.py",
       "rewards.0.interpreter=" + testing_support::python_program(), place + "/cases.jsonl"});
  EXPECT_EQ(result.exit, kExitDone) << result.err;
  const CommandResult again = run_kedge({"reward", "test", "--init", place});
  EXPECT_EQ(again.exit, kExitUsage);
  EXPECT_THAT(again.err, HasSubstr("is there already"));
}

}  // namespace
}  // namespace kedge
