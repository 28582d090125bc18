// Pieces of LaTeX that several readers of answers need.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace kedge {

// A text command with its group: \text{..}, \mathrm{..}, \textbf{..}, \operatorname{..}, ...
struct TextCommand {
  size_t begin = 0;  // of the backslash
  size_t open = 0;   // of the brace
};

// The first or the last one that begins at or behind `from`; the group need not be closed.
std::optional<TextCommand> first_text_command(std::string_view text, size_t from = 0);
std::optional<TextCommand> last_text_command(std::string_view text);

// The text with all text commands replaced by what stands inside; it stops at one never closed.
std::string without_text_commands(std::string text);

}  // namespace kedge
