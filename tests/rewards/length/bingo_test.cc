#include "rewards/length/bingo.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

TEST(Bingo, CountsWithinWindows) {
  const std::vector<std::vector<double>> windows = {{0.1, 0.5, 0.9}, {0.2, 0.2}, {}};
  const SignificanceCounts counts = significance_counts(windows, 0.5);
  EXPECT_EQ(counts.significant, 4.0);
  EXPECT_EQ(counts.insignificant, 1.0);
}

TEST(Bingo, CorrectAnswersPayForInsignificantTokensOnly) {
  const BingoFormula formula;
  EXPECT_DOUBLE_EQ(bingo_term(formula, true, {9, 0}, {5, 5}, std::nullopt), 5.0);
  EXPECT_NEAR(bingo_term(formula, true, {9, 5}, {5, 5}, std::nullopt), 5.0 * std::cos(1.0), 1e-12);
  EXPECT_NEAR(bingo_term(formula, true, {9, 50}, {5, 5}, std::nullopt), 0.0, 1e-12);
  EXPECT_DOUBLE_EQ(bingo_term(formula, true, {9, 50}, {0, 5}, std::nullopt), 5.0);
}

TEST(Bingo, WrongAnswersAreNeverPaid) {
  const BingoFormula formula;
  const double shorter = bingo_term(formula, false, {1, 0}, {5, 5}, std::nullopt);
  const double longer = bingo_term(formula, false, {5, 0}, {5, 5}, std::nullopt);
  EXPECT_LT(shorter, longer);
  EXPECT_EQ(bingo_term(formula, false, {50, 0}, {5, 5}, std::nullopt), 0.0);
  EXPECT_GT(bingo_term(formula, false, {1, 0}, {5, 5}, -2.0),
            bingo_term(formula, false, {5, 0}, {5, 5}, -2.0));
}

TEST(BingoSchedule, TurnsWhenLearningSlowsDown) {
  BingoFormula formula;
  formula.slope_start = 3;
  formula.slope_period = 2;
  BingoSchedule schedule(formula);
  EXPECT_FALSE(schedule.step(1, 0.1));
  EXPECT_FALSE(schedule.step(2, 0.2));
  EXPECT_GT(*schedule.step(3, 0.4), 0.0);
  EXPECT_EQ(*schedule.step(4, 0.41), -0.5);
  const json saved = schedule.save();
  EXPECT_EQ(*schedule.step(5, 0.42), -1.0);
  BingoSchedule resumed(formula);
  resumed.load(saved);
  EXPECT_EQ(*resumed.step(5, 0.42), -1.0);
}

}  // namespace
}  // namespace kedge
