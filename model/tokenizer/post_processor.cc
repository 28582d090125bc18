#include "model/tokenizer/post_processor.h"

#include <algorithm>

#include "core/error.h"
#include "model/tokenizer/parts.h"

namespace kedge {

PostProcessor::PostProcessor(const json& part, const std::string& place) {
  if (!part.is_null()) add(part, place);
}

void PostProcessor::add(const json& part, const std::string& place) {
  const std::string type = part_type(part, place);
  if (type == "Sequence") {
    const auto members = required<std::vector<json>>(part, "processors", place);
    for (size_t i = 0; i < members.size(); ++i) {
      add(members[i], place + ".processors[" + std::to_string(i) + "]");
    }
  } else if (type == "TemplateProcessing") {
    add_template(part, place);
  } else if (type != "ByteLevel") {  // whose offsets nobody asks for here
    refuse_type(type, place, {"Sequence", "TemplateProcessing", "ByteLevel"});
  }
}

void PostProcessor::add_template(const json& part, const std::string& place) {
  const auto pieces = required<std::vector<json>>(part, "single", place);
  std::vector<Token> before;
  std::vector<Token> after;
  bool seen = false;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const std::string at = place + ".single[" + std::to_string(i) + "]";
    detail::require_object(pieces[i], at);
    if (pieces[i].contains("Sequence")) {
      if (seen) throw ConfigError(at, "the sequence stands twice", "one Sequence");
      seen = true;
      continue;
    }
    const auto special = required<json>(pieces[i], "SpecialToken", at);
    const auto name = required<std::string>(special, "id", at);
    const auto table = required<json>(part, "special_tokens", place);
    const auto entry = required<json>(table, name.c_str(), place + ".special_tokens");
    const auto ids = required<std::vector<Token>>(entry, "ids", place + ".special_tokens." + name);
    std::vector<Token>& side = seen ? after : before;
    side.insert(side.end(), ids.begin(), ids.end());
  }
  if (!seen) throw ConfigError(place + ".single", "holds no Sequence", "one Sequence");
  before_.insert(before_.begin(), before.begin(), before.end());
  after_.insert(after_.end(), after.begin(), after.end());
}

std::vector<Token> PostProcessor::apply(std::vector<Token> ids) const {
  ids.insert(ids.begin(), before_.begin(), before_.end());
  ids.insert(ids.end(), after_.begin(), after_.end());
  return ids;
}

Token PostProcessor::largest_id() const {
  Token largest = -1;
  for (const Token id : before_) largest = std::max(largest, id);
  for (const Token id : after_) largest = std::max(largest, id);
  return largest;
}

}  // namespace kedge
