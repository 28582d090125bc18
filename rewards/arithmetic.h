// Exact evaluation of + - * / ( ) over whole numbers, for `countdown`. Rationals of 128 bits; work and
// depth are bounded by the length of the text and by 64 levels.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace kedge {

struct ArithmeticResult {
  std::vector<int64_t> numbers;  // as they stand in the text, in order
  int64_t numerator = 0;
  int64_t denominator = 1;       // > 0, no common divisor
};

// Unary signs and juxtaposition of brackets ("2(3+4)") are read as in mathematics, * and / from left to
// right. nullopt: another character, a syntax error (decimals, "**" and digits separated by a space
// among them), a division by zero, or a number that does not fit.
std::optional<ArithmeticResult> evaluate_arithmetic(std::string_view text);

}  // namespace kedge
