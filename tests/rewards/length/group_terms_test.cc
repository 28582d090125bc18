#include <gtest/gtest.h>

#include "tests/support/length_items.h"

namespace kedge {
namespace {

using Values = std::vector<double>;

TEST(Kimi, WrongAnswersGainNothing) {
  MeasuredPrompt prompt({100, 200, 400, 500}, {1, 0, 1, 0});
  EXPECT_EQ(terms_of("kimi", "", prompt), (Values{0.5, 0.0, -0.25, -0.5}));
  MeasuredPrompt even({7, 7}, {1, 0});
  EXPECT_EQ(terms_of("kimi", "", even), (Values{0.0, 0.0}));
}

TEST(Alp, ThePriceGrowsWithTheSolveRate) {
  MeasuredPrompt half({100, 200}, {1, 0});
  EXPECT_EQ(terms_of("alp", "{beta: 0.5, scale: 100}", half), (Values{-0.25, -0.5}));
  MeasuredPrompt none({100, 200, 100, 100}, {0, 0, 0, 0});
  EXPECT_EQ(terms_of("alp", "{beta: 1, scale: 100}", none)[0], -0.25);
  EXPECT_THROW(make_reward("alp", "{beta: 1}"), ConfigError);
  EXPECT_THROW(make_reward("alp", "{scale: 1}"), ConfigError);
}

TEST(Efficient, ComparesCorrectAnswersOnly) {
  MeasuredPrompt prompt({100, 300, 5}, {1, 1, 0});
  const Values terms = terms_of("efficient", "{alpha: 0.2}", prompt);
  EXPECT_NEAR(terms[0], -0.2 / (1.0 + std::exp(1.0)), 1e-9);
  EXPECT_NEAR(terms[1], -0.2 / (1.0 + std::exp(-1.0)), 1e-9);
  EXPECT_EQ(terms[2], 0.0);
}

TEST(ShorterBetter, TheShortestCorrectOneIsBest) {
  MeasuredPrompt prompt({400, 900, 300}, {1, 1, 0});
  const Values terms = terms_of("shorter_better", "{alpha: 1, beta: 0.01}", prompt);
  EXPECT_DOUBLE_EQ(terms[0], 0.0);
  EXPECT_DOUBLE_EQ(terms[1], -5.0);
  EXPECT_DOUBLE_EQ(terms[2], -1.0);
  MeasuredPrompt wrong({400, 600}, {0, 0});
  EXPECT_DOUBLE_EQ(terms_of("shorter_better", "{beta: 0.01}", wrong)[0], -1.0);
}

TEST(GroupRelative, IsCentredOverTheCorrectOnes) {
  MeasuredPrompt prompt({100, 200, 300, 50}, {1, 1, 1, 0});
  const Values terms = terms_of("group_relative", "", prompt);
  EXPECT_DOUBLE_EQ(terms[0], 0.05);
  EXPECT_DOUBLE_EQ(terms[1], 0.0);
  EXPECT_DOUBLE_EQ(terms[2], -0.05);
  EXPECT_DOUBLE_EQ(terms[3], 0.0);
  MeasuredPrompt alone({100, 50}, {1, 0});
  EXPECT_EQ(terms_of("group_relative", "", alone), (Values{0, 0}));
}

}  // namespace
}  // namespace kedge
