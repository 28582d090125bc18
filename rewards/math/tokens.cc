#include "rewards/math/tokens.h"

#include <algorithm>
#include <array>

namespace kedge {
namespace {

using Kind = MathToken::Kind;

constexpr std::array<std::string_view, 14> kFunctions = {"sin", "cos",    "tan",    "cot",    "sec",
                                                         "csc", "arcsin", "arccos", "arctan", "ln",
                                                         "log", "exp",    "sqrt",   "abs"};
constexpr size_t kLongestProduct = 3;  // letters of a word that are variables side by side

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  std::optional<std::vector<MathToken>> all() {
    while (at_ < text_.size()) {
      if (text_[at_] == ' ') {
        ++at_;
      } else if (is_digit(text_[at_]) || (text_[at_] == '.' && is_digit(peek(1)))) {
        add(Kind::number, number_length());
      } else if (text_[at_] == '\\' && is_letter(peek(1))) {
        ++at_;
        add(Kind::command, run_length(at_, is_letter));
      } else if (is_letter(text_[at_])) {
        if (!word()) {
          return std::nullopt;
        }
      } else {
        add(Kind::sign, sign_length());
      }
    }
    return std::move(tokens_);
  }

 private:
  char peek(size_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  size_t run_length(size_t from, bool (*belongs)(char)) const {
    size_t end = from;
    while (end < text_.size() && belongs(text_[end])) {
      ++end;
    }
    return end - from;
  }

  void add(Kind kind, size_t length) {
    tokens_.push_back({kind, std::string(text_.substr(at_, length))});
    at_ += length;
  }

  // "12", "12.", "12.5", ".5", or with an exponent that no letter follows.
  size_t number_length() const {
    const size_t whole = run_length(at_, is_digit);
    size_t length = whole;
    if (peek(length) == '.') {
      length += 1 + run_length(at_ + length + 1, is_digit);
    }
    size_t mantissa = length;
    if (whole == 0 || text_[at_ + length - 1] == '.') {
      mantissa = whole;  // "5.e2" and ".5e2" are not read as powers of ten
    }
    if (mantissa == 0 || (peek(mantissa) != 'e' && peek(mantissa) != 'E')) {
      return length;
    }
    const size_t sign = peek(mantissa + 1) == '-' || peek(mantissa + 1) == '+' ? 1 : 0;
    const size_t digits = run_length(at_ + mantissa + 1 + sign, is_digit);
    const size_t with_exponent = mantissa + 1 + sign + digits;
    return digits == 0 || is_letter(peek(with_exponent)) ? length : with_exponent;
  }

  bool word() {
    const std::string_view word = text_.substr(at_, run_length(at_, is_letter));
    if (is_function_name(word) || word == "pi") {
      tokens_.push_back({Kind::command, std::string(word)});
    } else if (word == "infinity" || word == "inf") {
      tokens_.push_back({Kind::command, "infty"});
    } else if (word.size() <= kLongestProduct) {
      for (const char letter : word) {
        tokens_.push_back({Kind::variable, std::string(1, letter)});
      }
    } else {
      return false;
    }
    at_ += word.size();
    return true;
  }

  // An escaped brace or bar, or one character of UTF-8.
  size_t sign_length() const {
    if (text_[at_] == '\\' && std::string_view("{}|").find(peek(1)) != std::string_view::npos) {
      return 2;
    }
    size_t length = 1;
    while ((static_cast<unsigned char>(peek(length)) & 0xc0) == 0x80) {
      ++length;
    }
    return length;
  }

  const std::string_view text_;
  size_t at_ = 0;
  std::vector<MathToken> tokens_;
};

}  // namespace

std::optional<std::vector<MathToken>> math_tokens(std::string_view text) {
  return Tokenizer(text).all();
}

bool is_function_name(std::string_view name) {
  return std::find(kFunctions.begin(), kFunctions.end(), name) != kFunctions.end();
}

}  // namespace kedge
