#include "rewards/arithmetic.h"

#include <limits>
#include <numeric>

namespace kedge {
namespace {

__extension__ using Wide = __int128;

constexpr int kDeepest = 64;

// Leaves the parser; caught in evaluate_arithmetic.
struct NoValue {};

// numerator / denominator, reduced, both within 64 bits so that one operation fits 128.
struct Rational {
  int64_t numerator = 0;
  int64_t denominator = 1;
};

int64_t narrow(Wide value) {
  if (value > std::numeric_limits<int64_t>::max() || value < -std::numeric_limits<int64_t>::max()) {
    throw NoValue();
  }
  return static_cast<int64_t>(value);
}

Wide magnitude(Wide value) { return value < 0 ? -value : value; }

Rational reduced(Wide numerator, Wide denominator) {
  if (denominator == 0) {
    throw NoValue();
  }
  Wide a = magnitude(numerator);
  Wide b = magnitude(denominator);
  while (b != 0) {
    const Wide rest = a % b;
    a = b;
    b = rest;
  }
  const Wide sign = denominator < 0 ? -1 : 1;
  return {narrow(sign * numerator / a), narrow(sign * denominator / a)};
}

Wide product(int64_t a, int64_t b) { return static_cast<Wide>(a) * b; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  ArithmeticResult whole() {
    const Rational value = sum();
    if (peek() != '\0') {
      throw NoValue();
    }
    return {std::move(numbers_), value.numerator, value.denominator};
  }

 private:
  Rational sum() {
    Rational left = term();
    while (peek() == '+' || peek() == '-') {
      const Wide sign = take() == '+' ? 1 : -1;
      const Rational right = term();
      // Each product is below 2^126, so their sum fits.
      left = reduced(product(left.numerator, right.denominator) +
                         sign * product(right.numerator, left.denominator),
                     product(left.denominator, right.denominator));
    }
    return left;
  }

  Rational term() {
    Rational left = signed_atom();
    while (true) {
      const char next = peek();
      if (next == '*' || next == '/') {
        take();
        const Rational right = signed_atom();
        left = next == '*' ? times(left, right) : times(left, {right.denominator, right.numerator});
      } else if (next == '(' || is_digit(next)) {
        left = times(left, atom());
      } else {
        return left;
      }
    }
  }

  static Rational times(const Rational& a, const Rational& b) {
    return reduced(product(a.numerator, b.numerator), product(a.denominator, b.denominator));
  }

  Rational signed_atom() {
    if (peek() != '+' && peek() != '-') {
      return atom();
    }
    const Level level(*this);
    const bool negative = take() == '-';
    const Rational value = signed_atom();
    return negative ? Rational{-value.numerator, value.denominator} : value;
  }

  Rational atom() {
    if (peek() == '(') {
      const Level level(*this);
      take();
      const Rational value = sum();
      if (take() != ')') {
        throw NoValue();
      }
      return value;
    }
    return number();
  }

  Rational number() {
    if (!is_digit(peek())) {
      throw NoValue();
    }
    Wide value = 0;
    while (at_ < text_.size() && is_digit(text_[at_])) {
      value = narrow(10 * value + (text_[at_++] - '0'));
    }
    if (is_digit(peek())) {  // "3 5" is not 35 and not 3*5
      throw NoValue();
    }
    numbers_.push_back(static_cast<int64_t>(value));
    return {static_cast<int64_t>(value), 1};
  }

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  // The next character that is no space; '\0' at the end.
  char peek() {
    while (at_ < text_.size() && text_[at_] == ' ') {
      ++at_;
    }
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  char take() {
    const char c = peek();
    at_ += c == '\0' ? 0 : 1;
    return c;
  }

  // One level of nesting while it lives.
  struct Level {
    explicit Level(Parser& parser) : parser(parser) {
      if (++parser.depth_ > kDeepest) {
        throw NoValue();
      }
    }
    ~Level() { --parser.depth_; }
    Parser& parser;
  };

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
  std::vector<int64_t> numbers_;
};

}  // namespace

std::optional<ArithmeticResult> evaluate_arithmetic(std::string_view text) {
  try {
    return Parser(text).whole();
  } catch (const NoValue&) {
    return std::nullopt;
  }
}

}  // namespace kedge
