// LaTeX boxes in a text.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kedge {

struct Box {
  size_t begin = 0;
  size_t end = 0;
  std::optional<std::string> content;  // nullopt: never closed
};

// Index behind the brace group that opens at `at`; escaped braces do not count. nullopt: never
// closed.
std::optional<size_t> end_of_group(std::string_view text, size_t at);

// All \boxed and \fbox groups in order; inner ones belong to the outer;
// without braces a box holds everything up to white space or $.
std::vector<Box> boxes_in(std::string_view text);

// Content of the last box, merged with the boxes before it as long as only commas, full stops,
// semicolons, $, white space and one "and" or "or" stand between. nullopt: none, or the last is
// open.
std::optional<std::string> boxed_answer(std::string_view text);

}  // namespace kedge
