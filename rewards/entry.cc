#include "rewards/entry.h"

#include "core/json.h"

namespace kedge {

namespace {

std::string text_of(const json& value, const std::string& place) {
  return value.is_number() ? value.dump() : from_json_value<std::string>(value, place);
}

}  // namespace

std::optional<std::vector<std::string>> text_column(const Prompt& prompt, const std::string& name,
                                                    std::string& problem) {
  const std::string place = "prompt " + prompt.id + ": " + name;
  try {
    const json column = required<json>(prompt.columns, name.c_str(), "prompt " + prompt.id);
    if (!column.is_array()) {
      return std::vector{text_of(column, place)};
    }
    std::vector<std::string> texts;
    for (const json& item : column) {
      texts.push_back(text_of(item, place));
    }
    return texts;
  } catch (const ConfigError& error) {
    problem = error.what();
    return std::nullopt;
  }
}

}  // namespace kedge
