#include "rewards/entry.h"

#include "core/json.h"

namespace kedge {

std::optional<std::vector<std::string>> text_column(const Prompt& prompt, const std::string& name,
                                                    std::string& problem) {
  try {
    if (prompt.columns.contains(name) && prompt.columns[name].is_string()) {
      return std::vector{prompt.columns[name].get<std::string>()};
    }
    return required<std::vector<std::string>>(prompt.columns, name.c_str(), "prompt " + prompt.id);
  } catch (const ConfigError& error) {
    problem = error.what();
    return std::nullopt;
  }
}

}  // namespace kedge
