// The value of an expression where its variables have given values.
#pragma once
#include <span>

#include "rewards/math/expression.h"
#include "rewards/math/number.h"

namespace kedge {

// `names` are sorted and hold every variable of the tree; `values` stand beside them. nullopt: no
// real value there, or beyond the limits (number.h).
Value evaluate(const MathTree& tree, std::span<const std::string> names,
               std::span<const mpq_class> values, WorkBudget& budget);

// Fixed points at which expressions with variables are compared: kNumPoints per set of variables,
// of both signs, no two variables equal.
constexpr int kNumPoints = 8;
std::vector<mpq_class> evaluation_point(int index, size_t num_variables);

}  // namespace kedge
