#include <gtest/gtest.h>

#include "tests/support/reward_items.h"

namespace kedge {
namespace {

double exact(const std::string& settings, const std::string& completion,
             const std::string& answer) {
  return score_of("exact_answer", settings, completion, json::object(), answer);
}

TEST(ExactAnswer, ComparesTheLastLine) {
  EXPECT_EQ(exact("", "7+5=12\n12-3=9\n9", "9"), 1.0);
  EXPECT_EQ(exact("", " 9 \n", "9"), 1.0);
  EXPECT_EQ(exact("", "9\n8", "9"), 0.0);
  EXPECT_EQ(exact("", "7+5=12\n", "12"), 0.0);
  EXPECT_EQ(exact("", "", "9"), 0.0);
}

TEST(ExactAnswer, ReadsWhereItIsTold) {
  EXPECT_EQ(exact("{extract: [tag]}", "<think>9</think><answer>8</answer>", "8"), 1.0);
  EXPECT_EQ(exact("{extract: [whole]}", "a\nb", "a\nb"), 1.0);
  EXPECT_EQ(exact("{extract: [hashes]}", "so\n#### 72\nbye", "72"), 1.0);
}

TEST(ExactAnswer, NormalisesOnlyOnDemand) {
  EXPECT_EQ(exact("", "The Beatles!", "beatles"), 0.0);
  EXPECT_EQ(exact("{normalize: squad}", "The Beatles!", "beatles"), 1.0);
}

TEST(ExactAnswer, AcceptsAnyAnswerOfAColumn) {
  const json columns = {{"golds", {"pear", "apple"}}};
  EXPECT_EQ(score_of("exact_answer", "{column: golds}", "apple", columns), 1.0);
  EXPECT_EQ(score_of("exact_answer", "{column: golds}", "plum", columns), 0.0);
}

TEST(ExactAnswer, AbstainsWithoutAnAnswerAndFailsWithoutTheColumn) {
  EXPECT_EQ(verdict_of("exact_answer", "", "9").kind, VerdictKind::abstain);
  EXPECT_EQ(verdict_of("exact_answer", "{column: golds}", "9").kind, VerdictKind::error);
  EXPECT_EQ(make_reward("exact_answer", "{column: golds}")->prompt_columns(),
            std::vector<std::string>{"golds"});
}

}  // namespace
}  // namespace kedge
