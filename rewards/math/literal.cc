#include "rewards/math/literal.h"

#include <cstdlib>

namespace kedge {
namespace {

constexpr int64_t kLargestExponent = 10'000;
constexpr size_t kLongestExponent = 8;  // characters, the letter and a sign included

// The number behind the letter e; nullopt: too large.
std::optional<int64_t> exponent_of(const std::string& text, size_t letter) {
  if (letter == std::string::npos) {
    return 0;
  }
  if (text.size() - letter > kLongestExponent) {
    return std::nullopt;
  }
  const int64_t exponent = std::strtoll(text.c_str() + letter + 1, nullptr, 10);
  return std::abs(exponent) <= kLargestExponent ? std::optional(exponent) : std::nullopt;
}

}  // namespace

std::optional<Literal> read_literal(const std::string& text) {
  const size_t letter = text.find_first_of("eE");
  const std::optional<int64_t> written = exponent_of(text, letter);
  std::string digits = text.substr(0, letter);
  if (digits.ends_with('.')) {
    digits.pop_back();
  }
  const size_t point = digits.find('.');
  const bool has_point = point != std::string::npos;
  if (has_point) {
    digits.erase(point, 1);
  }
  if (digits.empty() || !written) {
    return std::nullopt;
  }
  const int64_t exponent = *written - (has_point ? static_cast<int64_t>(digits.size() - point) : 0);
  mpz_class scale;
  mpz_ui_pow_ui(scale.get_mpz_t(), 10, static_cast<unsigned long>(std::abs(exponent)));
  const mpz_class whole(digits, 10);
  Literal literal{exponent < 0 ? mpq_class(whole, scale) : mpq_class(whole * scale), has_point};
  literal.value.canonicalize();
  return literal;
}

}  // namespace kedge
