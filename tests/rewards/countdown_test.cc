#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/reward_items.h"

namespace kedge {
namespace {

double countdown(const std::string& settings, const std::string& completion) {
  const json columns = {{"numbers", {3, 5, 8}}, {"target", 25}};
  return score_of("countdown", settings, completion, columns);
}

constexpr const char* kLastLine = "{extract: [last_line]}";

TEST(Countdown, GradesTheExpression) {
  EXPECT_EQ(countdown(kLastLine, "8-3=5*5=25\n(8-3)*5"), 1.0);
  EXPECT_EQ(countdown(kLastLine, "(8-3)*5=25"), 1.0);
  EXPECT_EQ(countdown(kLastLine, "8*3+1"), 0.0);
  EXPECT_EQ(countdown(kLastLine, "5*5"), 0.0);
  EXPECT_EQ(countdown(kLastLine, "25"), 0.0);
}

TEST(Countdown, ReadsLatexSpellings) {
  EXPECT_EQ(countdown("", R"(\boxed{\left(8 - 3\right) \times 5 = 25})"), 1.0);
  EXPECT_EQ(countdown("", "The answer is (8−3)×5."), 1.0);
}

TEST(Countdown, GivesTheFormatScoreOnlyToAnAnswer) {
  EXPECT_EQ(countdown("{format_score: 0.1}", "<answer>8+3</answer>"), 0.1);
  EXPECT_EQ(countdown("{format_score: 0.1}", "8+3"), 0.0);
}

// A bare last line is an answer only where `extract` says so; the verdict tells where it looked.
TEST(Countdown, SaysWhereItLookedForAnAnswer) {
  const json columns = {{"numbers", {3, 4, 2}}, {"target", 11}};
  EXPECT_EQ(verdict_of("countdown", "", "3+4*2", columns).note, "no_answer in tag, boxed, phrase");
  EXPECT_EQ(verdict_of("countdown", kLastLine, "3+4*2", columns).score, 1.0);
}

TEST(Countdown, IsExactAndBounded) {
  const auto reaches = [](const std::string& text, json numbers, int64_t target) {
    return score_of("countdown", kLastLine, text, {{"numbers", numbers}, {"target", target}});
  };
  EXPECT_EQ(reaches("8/(3-8/3)", {3, 3, 8, 8}, 24), 1.0);
  EXPECT_EQ(reaches("9223372036854775807*1", {9223372036854775807, 1}, 9223372036854775807), 1.0);
  EXPECT_EQ(reaches(std::string(900, '-') + "1", {1}, 1), 0.0);
  EXPECT_EQ(reaches("1/0", {0, 1}, 1), 0.0);
}

TEST(Countdown, MayLeaveNumbersOut) {
  const json columns = {{"numbers", {5, 5, 7}}, {"target", 10}};
  EXPECT_EQ(score_of("countdown", "{use_all: false, extract: [whole]}", "5+5", columns), 1.0);
  EXPECT_EQ(score_of("countdown", "{use_all: true, extract: [whole]}", "5+5", columns), 0.0);
  EXPECT_EQ(score_of("countdown", "{use_all: false, extract: [whole]}", "5+5+5-5", columns), 0.0);
}

TEST(Countdown, NamesTheMissingColumn) {
  const Verdict verdict = verdict_of("countdown", "", "1", {{"numbers", {1}}});
  EXPECT_EQ(verdict.kind, VerdictKind::error);
  EXPECT_THAT(verdict.note, ::testing::HasSubstr("target"));
}

}  // namespace
}  // namespace kedge
