#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/reward_items.h"

namespace kedge {
namespace {

double mentions(const std::string& completion, const json& words) {
  return score_of("mentions", "", completion, {{"words", words}});
}

TEST(Mentions, WantsEveryWord) {
  EXPECT_EQ(mentions("Lily had a kite.", {"Lily", "kite"}), 1.0);
  EXPECT_EQ(mentions("Lily had a ball.", {"Lily", "kite"}), 0.0);
  EXPECT_EQ(mentions("She had kites. “LILY's!”", {"Lily", "kite"}), 1.0);
}

TEST(Mentions, WholeWordsOnly) {
  EXPECT_EQ(mentions("Samuel", {"Sam"}), 0.0);
  EXPECT_EQ(mentions("a carpet", {"car"}), 0.0);
  EXPECT_EQ(mentions("two cars", {"car"}), 1.0);
  EXPECT_EQ(mentions("a scar", {"car"}), 0.0);
  EXPECT_EQ(mentions("caré", {"car"}), 0.0);
}

TEST(Mentions, ATextNamesAllOfItsWordsAListItsPhrases) {
  EXPECT_EQ(mentions("a ball that is red, Sam", "Sam red ball"), 1.0);
  EXPECT_EQ(mentions("a ball that is red, Sam", {"Sam", "red ball"}), 0.0);
  EXPECT_EQ(mentions("Sam's red ball", {"Sam", "red ball"}), 1.0);
  EXPECT_EQ(mentions("costs (5.0$)", {"5.0$"}), 1.0);
}

TEST(Mentions, TroubleIsAVerdict) {
  EXPECT_EQ(verdict_of("mentions", "", "x").kind, VerdictKind::error);
  EXPECT_EQ(verdict_of("mentions", "", "x", {{"words", json::array()}}).kind,
            VerdictKind::abstain);
  EXPECT_EQ(verdict_of("mentions", "{column: must}", "x y", {{"must", {"y"}}}).score, 1.0);
}

}  // namespace
}  // namespace kedge
