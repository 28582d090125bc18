#include "rewards/math/compare.h"

#include <gtest/gtest.h>

#include <chrono>

namespace kedge {
namespace {

bool equal(std::string_view answer, std::string_view gold, const CompareConfig& config = {}) {
  return compare_math(answer, gold, config).outcome == MathComparison::Outcome::equal;
}

TEST(Compare, NumbersAreExact) {
  EXPECT_TRUE(equal("0.5", R"(\frac{1}{2})"));
  EXPECT_TRUE(equal("1000000", "1,000,000"));
  EXPECT_FALSE(equal("1000001", "1000000"));
  EXPECT_TRUE(equal(R"(\sqrt{8})", R"(2\sqrt{2})"));
  EXPECT_FALSE(equal("262537412640768744", R"(e^{\pi\sqrt{163}})"));
}

TEST(Compare, DecimalsHaveATolerance) {
  EXPECT_TRUE(equal("0.333333", R"(\frac{1}{3})"));
  EXPECT_FALSE(equal("0.33333", R"(\frac{1}{3})"));
  EXPECT_FALSE(equal("0.00000001", "0.00000002"));
  CompareConfig wide;
  wide.relative_tolerance = 0.01;
  EXPECT_TRUE(equal("99", "100", wide));
  EXPECT_FALSE(equal("98.9", "100", wide));
}

TEST(Compare, PercentAndUnits) {
  EXPECT_TRUE(equal(R"(50\%)", "0.5"));
  EXPECT_TRUE(equal("50%", "50"));
  EXPECT_FALSE(equal("50", "0.5"));
  CompareConfig strict;
  strict.percent = PercentMode::strict;
  EXPECT_FALSE(equal("50%", "0.5", strict));
  EXPECT_TRUE(equal(R"(5 \text{ cm})", "5"));
  strict.units = UnitMode::match;
  EXPECT_FALSE(equal(R"(5 \text{ cm})", "5", strict));
}

TEST(Compare, VariablesAgreeAtFixedPoints) {
  EXPECT_TRUE(equal("(x+1)^2", "x^2+2x+1"));
  EXPECT_FALSE(equal("(x+1)^2", "x^2+x+1"));
  EXPECT_FALSE(equal("x+1", "y+1"));
  EXPECT_FALSE(equal("1/(x-x)", "1/(x-x)+1"));  // no point where both have a value
}

TEST(Compare, ListsAreUnorderedAndTuplesNot) {
  EXPECT_TRUE(equal("2, 1, 1", "1, 2"));
  EXPECT_FALSE(equal("1, 2, 3", "1, 2"));
  EXPECT_FALSE(equal("(2, 1)", "(1, 2)"));
  EXPECT_TRUE(equal("1, 2", "(1, 2)"));
  EXPECT_FALSE(equal("[1, 2)", "(1, 2)"));
  EXPECT_TRUE(equal("(3,4) \\cup (1,2)", "(1,2) \\cup (3,4)"));
  EXPECT_FALSE(equal("4:3", "3:4"));
}

TEST(Compare, LongListsAreCompared) {
  std::string up, down;
  for (int i = 0; i < 300; ++i) {
    up += std::to_string(i) + ", ";
    down += std::to_string(299 - i) + ", ";
  }
  EXPECT_TRUE(equal(up + "300", down + "300"));
  EXPECT_FALSE(equal(up + "300", down + "301"));
}

TEST(Compare, EquationsAndInequalities) {
  EXPECT_TRUE(equal("x = 5", "5"));
  EXPECT_TRUE(equal("5", "x = 5"));
  EXPECT_FALSE(equal("y = 5", "x = 5"));
  EXPECT_TRUE(equal("2x + 2y = 4", "x + y = 2"));
  EXPECT_FALSE(equal("x + y = 3", "x + y = 2"));
  EXPECT_TRUE(equal("x > 3", R"((3, \infty))"));
  EXPECT_TRUE(equal(R"(3 \ge x)", R"(x \le 3)"));
  EXPECT_FALSE(equal("x > 3", R"([3, \infty))"));
  EXPECT_TRUE(equal(R"(5 > x \ge 1)", "[1, 5)"));
}

TEST(Compare, BasesMatricesAndWords) {
  EXPECT_TRUE(equal("1011_2", "B_{16}"));
  EXPECT_TRUE(equal("1011", "1011_2"));
  EXPECT_FALSE(equal("1012_2", "11_{10}"));
  EXPECT_TRUE(equal(R"(\begin{pmatrix}1&2\end{pmatrix})", R"(\begin{bmatrix}1&2.0\end{bmatrix})"));
  EXPECT_TRUE(equal("Even.", R"(\text{even})"));
  EXPECT_STREQ(compare_math("5", "north").why, "text");
}

TEST(Compare, AGoldThatCannotBeReadIsNoAnswer) {
  EXPECT_EQ(compare_math("5", R"(\frac{)").outcome, MathComparison::Outcome::unreadable_gold);
  EXPECT_STREQ(compare_math(R"(\frac{)", "5").why, "unparseable_answer");
}

// Whatever stands there, a pair is done within its budget.
TEST(Compare, IsBounded) {
  std::string towers = "1";
  std::string list = "1.5";
  for (int i = 0; i < 90; ++i) {
    towers += "+" + std::to_string(1000 + i) + "^{5000}";
    list += ", e^{" + std::to_string(i) + "}";
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(equal(towers, towers + "+1"));
  EXPECT_FALSE(equal(list, list + "+1"));
  EXPECT_FALSE(equal("9^{9^{9^9}}", "1"));
  std::string names, others;
  for (int i = 0; i < 300; ++i) {
    names += "x_{" + std::to_string(i) + "}, ";
    others += "y_{" + std::to_string(i) + "}, ";
  }
  EXPECT_FALSE(equal(names, others));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

}  // namespace
}  // namespace kedge
