// Reads an expression in LaTeX or plain text (methods: rewards, section 3.3).
//
//   sum     = term (("+" | "-") term)*
//   term    = unary (("*" | \cdot | \times | "/" | \div | nothing) unary)*     left to right
//   unary   = ("+" | "-") unary | power
//   power   = postfix ["^" script]           "**" too; ^\circ is degrees
//   postfix = atom "!"*
//   atom    = number | name | \frac \binom \sqrt | \sin .. \log_b | |sum| | \lfloor .. | brackets
//
// A whole number directly before \frac{a}{b} of two numbers makes a mixed number. Limits: 2,000
// nodes, 64 levels of sums and signs, exponents of decimals up to 10^4.
#pragma once
#include <optional>
#include <string_view>

#include "rewards/math/expression.h"

namespace kedge {

// nullopt: not mathematics that this grammar reads, or beyond its limits.
std::optional<MathTree> parse_expression(std::string_view text);

}  // namespace kedge
