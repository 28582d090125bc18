#include "rewards/gold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/text.h"

namespace kedge {
namespace {

// Says in its note which golds it was given.
class Echo : public GoldReward {
 public:
  using GoldReward::GoldReward;

 protected:
  Verdict judge_against(const RewardItem&, std::vector<std::string> golds) const override {
    return {VerdictKind::score, 1.0, joined(golds, "|")};
  }
};

Verdict echoed(const std::string& column, const std::string& answer, json columns) {
  Group group;
  group.prompt.id = "train.jsonl:3";
  group.prompt.answer = answer;
  group.prompt.columns = std::move(columns);
  RewardItem item;
  item.group = &group;
  Verdict verdict;
  Echo(column).score(std::span(&item, 1), std::span(&verdict, 1));
  return verdict;
}

TEST(Gold, IsTheAnswerOrAColumn) {
  EXPECT_EQ(echoed("", "9", json::object()).note, "9");
  EXPECT_EQ(echoed("golds", "9", {{"golds", {"a", " ", "b"}}}).note, "a|b");
  EXPECT_EQ(echoed("golds", "9", {{"golds", 12}}).note, "12");
  EXPECT_EQ(echoed("golds", "9", {{"golds", {1, "x"}}}).note, "1|x");
}

TEST(Gold, AbstainsOrFailsWithoutOne) {
  EXPECT_EQ(echoed("", " ", json::object()).kind, VerdictKind::abstain);
  EXPECT_EQ(echoed("golds", "9", json::object()).kind, VerdictKind::error);
  EXPECT_EQ(echoed("golds", "9", {{"golds", {true}}}).kind, VerdictKind::error);
}

TEST(Gold, APromptWithoutOneIsAProblem) {
  Prompt prompt;
  prompt.id = "train.jsonl:3";
  const auto problem = Echo("").problem_with(prompt);
  ASSERT_TRUE(problem);
  EXPECT_THAT(problem->found, ::testing::HasSubstr("'answer'"));
  EXPECT_THAT(problem->valid, ::testing::HasSubstr("columns"));
  prompt.columns = {{"golds", json::array()}};
  EXPECT_THAT(Echo("golds").problem_with(prompt)->found, ::testing::HasSubstr("'golds' is empty"));
  prompt.answer = "9";
  EXPECT_FALSE(Echo("").problem_with(prompt));
}

}  // namespace
}  // namespace kedge
