#include <iostream>

#include "cli/arguments.h"
#include "core/embedded.h"
#include "core/registry.h"
#include "rewards/reward.h"
#include "rollout/tasks/task.h"
#include "trainer/advantage/estimator.h"
#include "trainer/strategy/table.h"

namespace kedge {
namespace {

template <class Table>
void print_names(const std::string& family, const Table& table) {
  std::cout << family << "\n";
  for (const auto& entry : table) {
    std::string name(entry.name);
    name.resize(std::max<size_t>(24, name.size() + 1), ' ');
    std::cout << "  " << name << entry.doc << "\n";
  }
}

// The first comment line of a preset says what it is.
std::string preset_doc(const std::string& yaml) {
  if (yaml.empty() || yaml[0] != '#') return "";
  return yaml.substr(2, yaml.find('\n') - 2);
}

void print_presets() {
  struct Preset {
    std::string name, doc;
  };
  std::vector<Preset> presets;
  for (const auto& [name, text] : embedded_files()) presets.push_back({name, preset_doc(text)});
  print_names("presets (algorithm.preset)", presets);
}

struct Family {
  std::string name, doc;
  void (*print)();
};

const std::vector<Family>& families() {
  static const std::vector<Family> table = {
      {"rewards", "rewards[].name", [] { print_names("rewards (rewards[].name)", reward_table()); }},
      {"tasks", "data.train.task", [] { print_names("tasks (data.train.task)", task_table()); }},
      {"presets", "algorithm.preset", print_presets},
      {"estimators", "algorithm.advantage.estimator",
       [] { print_names("estimators (algorithm.advantage.estimator)", advantage_estimators()); }},
      {"strategies", "rollout.strategy",
       [] { print_names("strategies (rollout.strategy.name)", strategy_table()); }},
  };
  return table;
}

}  // namespace

ExitCode list_command(const Arguments& arguments) {
  CLI::App app("Names that may stand in a config.", "kedge list");
  std::string family;
  app.add_option("family", family, "rewards, tasks, presets, estimators or strategies (default: all)");
  parse(app, arguments);
  if (!family.empty()) {
    find_entry("family", families(), family, "command line").print();
    return kExitDone;
  }
  for (const Family& entry : families()) entry.print();
  return kExitDone;
}

}  // namespace kedge
