// Mathematical expressions as trees (methods: rewards, section 3.3).
#pragma once
#include <memory>
#include <string>
#include <vector>

#include <gmpxx.h>

namespace kedge {

enum class MathOp {
  number,
  variable,
  pi,
  e,
  infinity,
  degree,  // leaves
  negate,
  add,
  subtract,
  multiply,
  divide,
  power,
  call,  // of the function `name`
};

struct MathNode;
// Shared: the reading of an answer as interval, ratio or equation reuses the trees it is made of.
using MathTree = std::shared_ptr<const MathNode>;

struct MathNode {
  MathOp op = MathOp::number;
  std::string name;  // variable with subscript, primes and accent; or function
  mpq_class number;
  bool has_point = false;      // a number written with a decimal point
  bool is_fraction = false;    // a division written as \frac
  std::vector<MathTree> args;  // root: radicand, index; logb: argument, base; binom: n, k
};

MathTree math_node(MathOp op, std::vector<MathTree> args);
MathTree math_number(const mpq_class& value);
MathTree math_variable(std::string name);

// Same tree, node by node.
bool same_tree(const MathTree& a, const MathTree& b);

// An expression with what its comparison needs.
struct ExpressionFacts {
  std::vector<std::string> variables;  // sorted, each once
  bool has_point = false;
  bool has_infinity = false;
};
ExpressionFacts facts_of(const MathTree& tree);

}  // namespace kedge
