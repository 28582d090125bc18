#include "core/stateful.h"

#include <algorithm>

#include "core/error.h"

namespace kedge {

void StateRegistry::add(std::string name, Stateful& member) {
  for (const auto& [taken, unused] : members_) {
    KEDGE_CHECK(taken != name, "state '", name, "' registered twice");
  }
  members_.emplace_back(std::move(name), &member);
}

json StateRegistry::save() const {
  json state = json::object();
  for (const auto& [name, member] : members_) state[name] = member->save();
  return state;
}

void StateRegistry::load(const json& state) {
  if (!state.is_object()) throw ConfigError("trainer state", "is no JSON object");
  std::vector<std::string> names;
  for (const auto& [name, unused] : members_) names.push_back(name);
  for (const auto& item : state.items()) {
    if (std::find(names.begin(), names.end(), item.key()) == names.end()) {
      throw ConfigError("trainer state", "'" + item.key() + "' belongs to nothing in this run",
                        valid_names(item.key(), names));
    }
  }
  // Everything is checked before anything is changed.
  for (const std::string& name : names) {
    if (!state.contains(name)) {
      throw ConfigError("trainer state", "'" + name + "' is missing",
                        "was the checkpoint made with another config?");
    }
  }
  for (const auto& [name, member] : members_) member->load(state.at(name));
}

}  // namespace kedge
