#include "rewards/math/expression.h"

#include <algorithm>

namespace kedge {
namespace {

void collect(const MathNode& node, ExpressionFacts& facts) {
  if (node.op == MathOp::variable) {
    facts.variables.push_back(node.name);
  }
  facts.has_point = facts.has_point || node.has_point;
  facts.has_infinity = facts.has_infinity || node.op == MathOp::infinity;
  for (const MathTree& arg : node.args) {
    collect(*arg, facts);
  }
}

}  // namespace

MathTree math_node(MathOp op, std::vector<MathTree> args) {
  MathNode node;
  node.op = op;
  node.args = std::move(args);
  return std::make_shared<const MathNode>(std::move(node));
}

MathTree math_number(const mpq_class& value) {
  MathNode node;
  node.number = value;
  return std::make_shared<const MathNode>(std::move(node));
}

MathTree math_variable(std::string name) {
  MathNode node;
  node.op = MathOp::variable;
  node.name = std::move(name);
  return std::make_shared<const MathNode>(std::move(node));
}

bool same_tree(const MathTree& a, const MathTree& b) {
  const bool same_head = a->op == b->op && a->name == b->name && a->number == b->number &&
                         a->has_point == b->has_point && a->is_fraction == b->is_fraction &&
                         a->args.size() == b->args.size();
  return same_head && std::equal(a->args.begin(), a->args.end(), b->args.begin(), same_tree);
}

ExpressionFacts facts_of(const MathTree& tree) {
  ExpressionFacts facts;
  collect(*tree, facts);
  std::sort(facts.variables.begin(), facts.variables.end());
  facts.variables.erase(std::unique(facts.variables.begin(), facts.variables.end()),
                        facts.variables.end());
  return facts;
}

}  // namespace kedge
