// Whoever has a history registers it and is thereby in the checkpoint: prompt order, visits, estimator
// histories, schedules, the run hash.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace kedge {

using json = nlohmann::json;

class Stateful {
 public:
  virtual ~Stateful() = default;
  // Everything that `load` needs to continue as if never stopped. Called between steps.
  virtual json save() const = 0;
  // Takes what `save` returned; a missing or foreign field is a ConfigError naming it.
  virtual void load(const json& state) = 0;
};

// Named members in a fixed order; saved as one JSON object. Borrows its members.
class StateRegistry {
 public:
  void add(std::string name, Stateful& member);  // a name twice is an InvariantError
  json save() const;
  // Every registered name must be there and nothing else (ConfigError, names the difference).
  void load(const json& state);

 private:
  std::vector<std::pair<std::string, Stateful*>> members_;
};

}  // namespace kedge
