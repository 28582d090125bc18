// Splitting an answer at separators that stand outside all brackets.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kedge {

// Length of the separator that begins at `at`, white space around it included; 0: none does.
using SeparatorAt = size_t (*)(std::string_view text, size_t at);

size_t list_separator_at(std::string_view text, size_t at);      // , ; "and" "or" and mixtures
size_t union_separator_at(std::string_view text, size_t at);     // \cup
size_t ratio_separator_at(std::string_view text, size_t at);     // :
size_t relation_separator_at(std::string_view text, size_t at);  // \le < = ...

struct SplitText {
  std::vector<std::string> parts;       // without white space around them, may be empty
  std::vector<std::string> separators;  // one fewer
};
SplitText split_outside_brackets(std::string_view text, SeparatorAt separator);

// A bracket pair that spans the whole text: '(', '[' or, for \{ \}, '{'. open == 0: there is none.
struct Enclosed {
  char open = 0;
  char close = 0;
  std::string inside;
};
Enclosed enclosed_text(std::string_view text);

}  // namespace kedge
