#include "rewards/math/latex.h"

#include <algorithm>
#include <array>

#include "rewards/extract_boxed.h"

namespace kedge {
namespace {

constexpr std::array<std::string_view, 13> kTextCommands = {
    "text",   "textbf", "textit",       "textrm", "textnormal", "mathrm", "mathbf",
    "mathit", "mathsf", "operatorname", "mbox",   "bf",         "rm"};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::optional<TextCommand> text_command_at(std::string_view text, size_t at) {
  size_t end = at + 1;
  while (end < text.size() && is_letter(text[end])) {
    ++end;
  }
  const std::string_view name = text.substr(at + 1, end - at - 1);
  if (std::find(kTextCommands.begin(), kTextCommands.end(), name) == kTextCommands.end()) {
    return std::nullopt;
  }
  while (end < text.size() && text[end] == ' ') {
    ++end;
  }
  return end < text.size() && text[end] == '{' ? std::optional(TextCommand{at, end}) : std::nullopt;
}

}  // namespace

std::optional<TextCommand> first_text_command(std::string_view text, size_t from) {
  for (size_t at = text.find('\\', from); at != std::string_view::npos;
       at = text.find('\\', at + 1)) {
    if (const auto command = text_command_at(text, at)) {
      return command;
    }
  }
  return std::nullopt;
}

std::optional<TextCommand> last_text_command(std::string_view text) {
  std::optional<TextCommand> last;
  while (const auto next = first_text_command(text, last ? last->open : 0)) {
    last = next;
  }
  return last;
}

std::string without_text_commands(std::string text) {
  while (const auto command = first_text_command(text)) {
    const std::optional<size_t> end = end_of_group(text, command->open);
    if (!end) {
      break;
    }
    text.erase(*end - 1, 1);
    text.erase(command->begin, command->open + 1 - command->begin);
  }
  return text;
}

}  // namespace kedge
