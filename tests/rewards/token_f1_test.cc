#include <gtest/gtest.h>

#include "tests/support/reward_items.h"

namespace kedge {
namespace {

double f1(const std::string& settings, const std::string& completion, const std::string& answer) {
  return score_of("token_f1", settings, completion, json::object(), answer);
}

TEST(TokenF1, CountsSharedWords) {
  EXPECT_EQ(f1("", "in Paris, France", "Paris"), 0.5);
  EXPECT_EQ(f1("", "The Eiffel Tower", "eiffel tower"), 1.0);
  EXPECT_EQ(f1("", "cat cat dog", "cat dog dog"), 2.0 / 3.0);
  EXPECT_EQ(f1("", "Rome", "Paris"), 0.0);
}

TEST(TokenF1, YesAndNoMustBeEqual) {
  EXPECT_EQ(f1("", "yes it is", "yes"), 0.0);
  EXPECT_EQ(f1("", "Yes.", "yes"), 1.0);
}

TEST(TokenF1, AnAnswerMayHaveALeastScore) {
  EXPECT_EQ(f1("{least: 0.1}", "Rome", "Paris"), 0.1);
  EXPECT_EQ(f1("{least: 0.1, extract: [tag]}", "Rome", "Paris"), 0.0);
}

TEST(TokenF1, TheNearestGoldCounts) {
  EXPECT_EQ(score_of("token_f1", "{column: golds}", "Barack H. Obama",
                     {{"golds", {"Obama", "Barack Obama"}}}),
            0.8);
}

}  // namespace
}  // namespace kedge
