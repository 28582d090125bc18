#include "rollout/sources/prompt_template.h"

#include "core/error.h"

namespace kedge {

PromptTemplate::PromptTemplate(const std::string& text, const std::string& path) {
  std::string literal;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool doubled = i + 1 < text.size() && text[i + 1] == c;
    if ((c == '{' || c == '}') && doubled) {
      literal += c;
      ++i;
    } else if (c == '{') {
      const size_t close = text.find('}', i);
      if (close == std::string::npos || close == i + 1) {
        throw ConfigError(path, "'{' at character " + std::to_string(i + 1) + " names no column",
                          "{column}, or {{ for a brace");
      }
      pieces_.push_back({std::move(literal), false});
      literal.clear();
      pieces_.push_back({text.substr(i + 1, close - i - 1), true});
      i = close;
    } else if (c == '}') {
      throw ConfigError(path, "'}' at character " + std::to_string(i + 1) + " closes nothing",
                        "{column}, or }} for a brace");
    } else {
      literal += c;
    }
  }
  pieces_.push_back({std::move(literal), false});
}

std::string PromptTemplate::render(const json& columns, const std::string& place) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    if (!piece.is_column) {
      out += piece.text;
      continue;
    }
    const auto found = columns.find(piece.text);
    if (found == columns.end()) {
      throw ConfigError(place, "the template names column '" + piece.text + "'",
                        valid_names(piece.text, member_names(columns)));
    }
    out += column_text(*found);
  }
  return out;
}

std::vector<std::string> member_names(const json& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  return names;
}

std::string column_text(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace kedge
