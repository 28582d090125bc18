#include "model/tokenizer/parts.h"

#include "core/error.h"

namespace kedge {

std::string part_type(const json& part, const std::string& place) {
  return required<std::string>(part, "type", place);
}

void refuse_type(const std::string& type, const std::string& place,
                 const std::vector<std::string>& supported) {
  throw ConfigError(place + ": type", "'" + type + "' is not supported",
                    valid_names(type, supported));
}

TextPattern pattern_from_json(const json& part, const std::string& place) {
  const auto pattern = required<json>(part, "pattern", place);
  const std::string at = place + ".pattern";
  if (pattern.is_object() && pattern.contains("String")) {
    return TextPattern::literal(required<std::string>(pattern, "String", at));
  }
  return TextPattern(required<std::string>(pattern, "Regex", at), at);
}

std::string replace_matches(std::string_view text, const TextPattern& pattern,
                            std::string_view with) {
  std::string result;
  size_t end = 0;
  for (const MatchSpan& span : pattern.find_all(text)) {
    result += text.substr(end, span.begin - end);
    result += with;
    end = span.end;
  }
  result += text.substr(end);
  return result;
}

}  // namespace kedge
