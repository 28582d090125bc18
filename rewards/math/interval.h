// Inequalities as intervals.
#pragma once
#include <optional>

#include "rewards/math/structure.h"

namespace kedge {

// An answer that is one expression.
MathAnswer single(Expression side);

// "x < 3", "3 \ge x", "1 < x \le 2": the interval of the variable. nullopt: not an inequality in
// one variable, alone on its side.
std::optional<MathAnswer> interval_of(const MathAnswer& inequality);

}  // namespace kedge
