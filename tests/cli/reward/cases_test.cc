#include "cli/reward/cases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"

namespace kedge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

RewardSet rewards_of(const std::string& yaml) {
  std::vector<RewardConfig> all;
  for (const ConfigNode& node : parse_yaml(yaml, "test").items) {
    bind(node, all.emplace_back(), "rewards");
  }
  return RewardSet(all);
}

std::string refusal(const std::string& line) {
  try {
    read_cases(line, "cases.jsonl", {"exact_answer", "words"});
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(RewardCases, AreReadWithTheirColumns) {
  const auto cases = read_cases(R"(
{"completion":"12","prompt":"7+5=","answer":"12","level":3,"words":["a"],"truncated":true,"group":"g"}
{"id":7,"completion":"ab","prompt":[{"role":"user","content":"hi"}],"completion_ids":[5,6,7]}
)",
                                "cases.jsonl", {});
  ASSERT_EQ(cases.size(), 2u);
  EXPECT_EQ(cases[0].id, "1");
  EXPECT_EQ(cases[0].prompt.text, "7+5=");
  EXPECT_EQ(cases[0].prompt.answer, "12");
  EXPECT_EQ(cases[0].prompt.columns, json({{"level", 3}, {"words", {"a"}}}));
  EXPECT_THAT(cases[0].tokens, ElementsAre('1', '2'));
  EXPECT_TRUE(cases[0].truncated);
  EXPECT_EQ(cases[0].group, "g");
  EXPECT_EQ(cases[1].id, "7");
  EXPECT_EQ(cases[1].prompt.messages.at(0).content, "hi");
  EXPECT_THAT(cases[1].tokens, ElementsAre(5, 6, 7));
}

TEST(RewardCases, MistakesNameFileAndLine) {
  EXPECT_THAT(refusal("{\"prompt\":\"x\"}"), HasSubstr("cases.jsonl:1: 'completion' is missing"));
  EXPECT_THAT(
      refusal("\n{\"completion\":\"x\",\"expect\":{\"exact_anser\":1}}"),
      HasSubstr("cases.jsonl:2: expect: no reward 'exact_anser'; did you mean 'exact_answer'"));
  EXPECT_THAT(refusal("{\"completion\":\"x\",\"expect\":{\"words\":\"abstained\"}}"),
              HasSubstr("a number, or one of score, abstain, error, timeout"));
  EXPECT_THAT(refusal("{\"completion\":\"x\",\"expect\":[1]}"), HasSubstr("expect"));
  EXPECT_THAT(refusal("{\"completion\":1}"), HasSubstr("expected a string"));
  EXPECT_THAT(refusal(""), HasSubstr("no case in it"));
}

TEST(RewardCases, AreJudgedInTheOrderOfTheFileWhateverTheirGroups) {
  RewardSet rewards = rewards_of("[{name: exact_answer}]");
  const auto cases = read_cases(R"(
{"completion":"1","answer":"1","group":"g"}
{"completion":"2","answer":"1"}
{"completion":"1","answer":"1","group":"g","expect":{"total":1.0000001}}
{"completion":"1","answer":"1","expect":{"total":1.01,"exact_answer":"score"}}
)",
                                "cases.jsonl", rewards.names());
  const testing_support::ManualClock clock;
  const auto judged = judge_cases(rewards, cases, clock);
  ASSERT_EQ(judged.size(), 4u);
  std::vector<double> totals;
  for (const JudgedCase& one : judged) totals.push_back(one.score.total.score);
  EXPECT_THAT(totals, ElementsAre(1.0, 0.0, 1.0, 1.0));
  EXPECT_TRUE(judged[2].mismatches.empty());
  EXPECT_THAT(judged[3].mismatches, ElementsAre("total: 1.0, expected 1.01"));
  EXPECT_EQ(
      case_line(cases[3], judged[3], rewards.names()).dump(),
      R"({"id":"4","verdicts":{"exact_answer":1.0},"total":1.0,"expect":{"exact_answer":"score",)"
      R"("total":1.01},"mismatches":["total: 1.0, expected 1.01"],"agree":false,"ms":0.0})");
  EXPECT_THAT(case_table(cases, judged, rewards.names()), HasSubstr("1 of 4 cases differs"));
}

}  // namespace
}  // namespace kedge
