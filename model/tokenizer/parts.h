// What the parts of tokenizer.json have in common: pieces of text, and how a type is refused.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/records.h"
#include "model/tokenizer/pattern.h"

namespace kedge {

// A stretch of text on its way to ids. `at_start`: begins where the original text begins.
struct TextPiece {
  std::string text;
  bool at_start = false;
};

// The `type` member of a part.
std::string part_type(const json& part, const std::string& place);
// ConfigError at "<place>: type" that names the type and the supported ones.
[[noreturn]] void refuse_type(const std::string& type, const std::string& place,
                              const std::vector<std::string>& supported);

// {"String": text} or {"Regex": pattern}.
TextPattern pattern_from_json(const json& part, const std::string& place);

std::string replace_matches(std::string_view text, const TextPattern& pattern,
                            std::string_view with);

}  // namespace kedge
