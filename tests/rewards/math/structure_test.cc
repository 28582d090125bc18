#include "rewards/math/structure.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

using Kind = MathAnswer::Kind;

std::optional<MathAnswer> read(std::string_view text) {
  return read_answer(text, true);
}

Kind kind_of(std::string_view text) {
  const auto answer = read(text);
  EXPECT_TRUE(answer) << text;
  return answer ? answer->kind : Kind::expression;
}

TEST(Structure, TellsKindsApart) {
  EXPECT_EQ(kind_of("1,234"), Kind::expression);
  EXPECT_EQ(kind_of("1,23"), Kind::sequence);
  EXPECT_EQ(kind_of("(1, 2)"), Kind::sequence);
  EXPECT_EQ(kind_of(R"((1,2) \cup [3,4))"), Kind::union_of);
  EXPECT_EQ(kind_of("x = 3"), Kind::equation);
  EXPECT_EQ(kind_of(R"(1 \le x < 3)"), Kind::inequality);
  EXPECT_EQ(kind_of(R"(\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix})"), Kind::matrix);
  EXPECT_EQ(kind_of("1011_2"), Kind::based);
  EXPECT_EQ(kind_of(R"(x \in (1, 2))"), Kind::sequence);
}

TEST(Structure, SequencesKnowTheirBrackets) {
  EXPECT_EQ(read("1, 2")->open, 0);
  EXPECT_EQ(read("[1, 2)")->open, '[');
  EXPECT_EQ(read("[1, 2)")->close, ')');
  EXPECT_EQ(read(R"(\{1\})")->open, '{');
  EXPECT_EQ(read("3:4")->open, ':');
  EXPECT_EQ(read(R"(1 \pm 2, 5)")->items.size(), 3u);
  EXPECT_EQ(read(R"(\text{A, B})")->items.size(), 2u);
}

TEST(Structure, MatricesKnowTheirRows) {
  const auto matrix = read(R"(\begin{array}{cc} 1 & 2 \\ 3 & 4 \\ \end{array})");
  ASSERT_TRUE(matrix);
  ASSERT_EQ(matrix->rows.size(), 2u);
  EXPECT_EQ(matrix->rows[1].size(), 2u);
}

TEST(Structure, PercentAndUnits) {
  EXPECT_TRUE(read("50%")->is_percent);
  EXPECT_TRUE(read("50percent")->is_percent);
  EXPECT_FALSE(read("50 apples")->is_percent);
  EXPECT_FALSE(read_answer("50 apples", false));
}

TEST(Structure, RefusesWhatItDoesNotRead) {
  EXPECT_FALSE(read(R"(\frac{)"));
  EXPECT_FALSE(read("many words here"));
  EXPECT_FALSE(read(""));
  std::string nested = "1,2";
  for (int i = 0; i < 200; ++i) {
    nested = "(" + nested + ",1)";
  }
  EXPECT_FALSE(read(nested));
}

TEST(Structure, ValuesAreComputedOnce) {
  const auto answer = read(R"(\sqrt{2})");
  WorkBudget enough(100'000);
  WorkBudget none(0);
  const Value& first = answer->sides[0].value_at(0, {}, enough);
  const Value& again = answer->sides[0].value_at(0, {}, none);
  ASSERT_TRUE(first);
  EXPECT_EQ(&first, &again);
}

}  // namespace
}  // namespace kedge
