// Tokens of a mathematical expression in LaTeX or plain text.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kedge {

struct MathToken {
  // number: "12", "1.5", ".5", "3e2"; command: name without its backslash, and words that are
  // functions or constants; variable: one letter; sign: any other character, or "\{", "\}", "\|";
  // end: behind the last.
  enum class Kind { number, command, variable, sign, end };
  Kind kind = Kind::end;
  std::string text;

  bool is(Kind other, std::string_view content) const { return kind == other && text == content; }
  bool is_sign(std::string_view content) const { return is(Kind::sign, content); }
  bool is_command(std::string_view content) const { return is(Kind::command, content); }
};

// A number is read whole before a letter: "12x" is 12 and x, "3e2" alone is one number. Words of up
// to three letters are one-letter variables side by side; nullopt: a longer word is no mathematics.
std::optional<std::vector<MathToken>> math_tokens(std::string_view text);

// sin, ln, sqrt, ...: commands with an argument.
bool is_function_name(std::string_view name);

}  // namespace kedge
