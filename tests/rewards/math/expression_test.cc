#include "rewards/math/expression.h"

#include <gtest/gtest.h>

#include "rewards/math/parser.h"

namespace kedge {
namespace {

TEST(Expression, FactsListEachVariableOnce) {
  const ExpressionFacts facts = facts_of(*parse_expression("y + x_1 y + 1.5"));
  EXPECT_EQ(facts.variables, (std::vector<std::string>{"x_1", "y"}));
  EXPECT_TRUE(facts.has_point);
  EXPECT_FALSE(facts.has_infinity);
  EXPECT_TRUE(facts_of(*parse_expression(R"(-\infty)")).has_infinity);
  EXPECT_FALSE(facts_of(*parse_expression("2x")).has_point);
}

TEST(Expression, TreesAreEqualNodeByNode) {
  const auto same = [](const char* a, const char* b) {
    return same_tree(*parse_expression(a), *parse_expression(b));
  };
  EXPECT_TRUE(same(R"(-\infty)", R"(- \infty)"));
  EXPECT_FALSE(same(R"(\infty)", R"(-\infty)"));
  EXPECT_FALSE(same("x+y", "y+x"));
  EXPECT_FALSE(same("2", "2.0"));
}

TEST(Expression, NodesCanBeMade) {
  const MathTree tree = math_node(MathOp::divide, {math_variable("x"), math_number(100)});
  EXPECT_EQ(tree->args[0]->name, "x");
  EXPECT_EQ(tree->args[1]->number, 100);
}

}  // namespace
}  // namespace kedge
