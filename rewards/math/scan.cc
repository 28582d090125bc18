#include "rewards/math/scan.h"

#include <array>

#include "rewards/text.h"

namespace kedge {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_small(char c) {
  return c >= 'a' && c <= 'z';
}

// Reads forward through a text; every taker says whether it took something.
class Cursor {
 public:
  Cursor(std::string_view text, size_t at) : text_(text), at_(at) {}

  size_t at() const { return at_; }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_spaces() {
    while (peek() == ' ') {
      ++at_;
    }
  }
  bool take(std::string_view what) {
    if (!text_.substr(at_).starts_with(what)) {
      return false;
    }
    at_ += what.size();
    return true;
  }
  bool take_any(std::string_view characters) {
    if (at_ >= text_.size() || characters.find(text_[at_]) == std::string_view::npos) {
      return false;
    }
    ++at_;
    return true;
  }
  // A command such as \le that no small letter continues.
  bool take_command(std::string_view name) {
    const Cursor before = *this;
    if (take(name) && !is_small(peek())) {
      return true;
    }
    at_ = before.at_;
    return false;
  }
  // "and" or "or" as a word that no letter continues.
  bool take_joining_word() {
    const Cursor before = *this;
    const bool begins_word = at_ == 0 || (!is_letter(text_[at_ - 1]) && text_[at_ - 1] != '\\');
    if (begins_word && (take("and") || take("or")) && !is_letter(peek())) {
      return true;
    }
    at_ = before.at_;
    return false;
  }
  // \text{and} or \text{or}.
  bool take_joining_text() {
    const Cursor before = *this;
    if (take("\\text")) {
      skip_spaces();
      if (take("{")) {
        skip_spaces();
        const bool word = take("and") || take("or");
        skip_spaces();
        if (word && take("}")) {
          return true;
        }
      }
    }
    at_ = before.at_;
    return false;
  }

  Cursor& operator=(const Cursor& other) {
    at_ = other.at_;
    return *this;
  }
  Cursor(const Cursor&) = default;

 private:
  const std::string_view text_;
  size_t at_;
};

// Whether a word just taken could go on: \b of a regular expression.
bool at_word_end(const Cursor& cursor) {
  const char next = cursor.peek();
  return !is_letter(next) && !(next >= '0' && next <= '9') && next != '_';
}

// ", and" and ", \text{or}" are one separator.
void take_word_behind_comma(Cursor& cursor) {
  const Cursor comma = cursor;
  cursor.skip_spaces();
  if ((cursor.take("and") || cursor.take("or")) && at_word_end(cursor)) {
    return;
  }
  cursor = comma;
  cursor.skip_spaces();
  if (!cursor.take_joining_text()) {
    cursor = comma;
  }
}

// The length so far with the spaces behind it; 0 when nothing was taken.
size_t taken(Cursor cursor, size_t from, bool found) {
  if (!found) {
    return 0;
  }
  cursor.skip_spaces();
  return cursor.at() - from;
}

}  // namespace

size_t list_separator_at(std::string_view text, size_t at) {
  Cursor cursor(text, at);
  cursor.skip_spaces();
  if (cursor.take(",")) {
    take_word_behind_comma(cursor);
    return taken(cursor, at, true);
  }
  const bool found = cursor.take_joining_text() || cursor.take_joining_word() || cursor.take(";");
  return taken(cursor, at, found);
}

size_t union_separator_at(std::string_view text, size_t at) {
  Cursor cursor(text, at);
  cursor.skip_spaces();
  return taken(cursor, at, cursor.take_command("\\cup"));
}

size_t ratio_separator_at(std::string_view text, size_t at) {
  Cursor cursor(text, at);
  cursor.skip_spaces();
  return taken(cursor, at, cursor.take(":"));
}

size_t relation_separator_at(std::string_view text, size_t at) {
  Cursor cursor(text, at);
  cursor.skip_spaces();
  for (const std::string_view command : {"\\le", "\\ge", "\\lt", "\\gt"}) {
    if (cursor.take_command(command)) {
      return taken(cursor, at, true);
    }
  }
  return taken(cursor, at, cursor.take("<=") || cursor.take(">=") || cursor.take_any("<>="));
}

SplitText split_outside_brackets(std::string_view text, SeparatorAt separator) {
  SplitText out;
  int depth = 0;
  size_t begin = 0;
  size_t at = 0;
  while (at < text.size()) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("\\{") || rest.starts_with("\\}")) {
      depth += rest[1] == '{' ? 1 : -1;
      at += 2;
      continue;
    }
    if (const size_t length = depth == 0 ? separator(text, at) : 0) {
      out.parts.emplace_back(strip(text.substr(begin, at - begin)));
      out.separators.emplace_back(strip(text.substr(at, length)));
      at += length;
      begin = at;
      continue;
    }
    depth += std::string_view("([{").find(text[at]) != std::string_view::npos ? 1 : 0;
    depth -= std::string_view(")]}").find(text[at]) != std::string_view::npos ? 1 : 0;
    ++at;
  }
  out.parts.emplace_back(strip(text.substr(begin)));
  return out;
}

Enclosed enclosed_text(std::string_view text) {
  if (text.starts_with("\\{") && text.ends_with("\\}") && text.size() >= 4) {
    return {'{', '}', std::string(text.substr(2, text.size() - 4))};
  }
  const bool may_be = text.size() >= 2 && (text.front() == '(' || text.front() == '[') &&
                      (text.back() == ')' || text.back() == ']');
  if (!may_be) {
    return {};
  }
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    depth += std::string_view("([{").find(text[i]) != std::string_view::npos ? 1 : 0;
    depth -= std::string_view(")]}").find(text[i]) != std::string_view::npos ? 1 : 0;
    if (depth == 0) {
      return i + 1 == text.size()
                 ? Enclosed{text.front(), text.back(), std::string(text.substr(1, text.size() - 2))}
                 : Enclosed{};
    }
  }
  return {};
}

}  // namespace kedge
