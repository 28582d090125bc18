#include "rewards/math/evaluate.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "rewards/math/parser.h"

namespace kedge {
namespace {

TEST(Evaluate, PutsValuesInForVariables) {
  const std::vector<std::string> names = {"a", "x"};
  const std::vector<mpq_class> values = {3, mpq_class(1, 2)};
  WorkBudget budget(100'000);
  const Value value = evaluate(*parse_expression("a x^2 + 1/a"), names, values, budget);
  ASSERT_TRUE(value);
  EXPECT_EQ(std::get<mpq_class>(*value), mpq_class(13, 12));
  EXPECT_THROW(evaluate(*parse_expression("b"), names, values, budget), InvariantError);
}

TEST(Evaluate, KnowsDegreesAndConstants) {
  WorkBudget budget(100'000);
  const Value sine = evaluate(*parse_expression(R"(\sin 30^\circ)"), {}, {}, budget);
  ASSERT_TRUE(sine);
  EXPECT_TRUE(nearly_equal(std::get<Real>(*sine), Real(mpq_class(1, 2))));
  EXPECT_FALSE(evaluate(*parse_expression(R"(\infty)"), {}, {}, budget));
  EXPECT_FALSE(evaluate(*parse_expression("1/0 + 1"), {}, {}, budget));
}

// e^(pi sqrt 163) is a whole number to 30 digits and not one.
TEST(Evaluate, HasEightyDigits) {
  WorkBudget budget(100'000);
  const Value value = evaluate(*parse_expression(R"(e^{\pi\sqrt{163}})"), {}, {}, budget);
  ASSERT_TRUE(value);
  EXPECT_FALSE(nearly_equal(std::get<Real>(*value), Real(mpq_class("262537412640768744"))));
}

TEST(Evaluate, PointsDifferBetweenVariables) {
  for (int i = 0; i < kNumPoints; ++i) {
    const auto point = evaluation_point(i, 3);
    EXPECT_NE(point[0], point[1]);
    EXPECT_NE(point[1], point[2]);
  }
  EXPECT_EQ(evaluation_point(0, 2)[1], mpq_class(5, 3) + mpq_class(1, 11));
}

}  // namespace
}  // namespace kedge
