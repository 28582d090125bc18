// Text with {column} placeholders: "Q: {question}\nA:". {{ and }} stand for braces.
#pragma once
#include <string>
#include <vector>

#include "core/json.h"

namespace kedge {

// Immutable after construction.
class PromptTemplate {
 public:
  // A brace that is never closed, or an empty placeholder, is a ConfigError at `path`.
  PromptTemplate(const std::string& text, const std::string& path);

  // Texts stand as they are, other values as JSON. A column that the line does not have is a
  // ConfigError at `place` with the nearest name and the columns present.
  std::string render(const json& columns, const std::string& place) const;

 private:
  struct Piece {
    std::string text;
    bool is_column = false;
  };
  std::vector<Piece> pieces_;
};

// Names of an object's members.
std::vector<std::string> member_names(const json& object);
// A column as text: strings as they are, everything else as JSON.
std::string column_text(const json& value);

}  // namespace kedge
