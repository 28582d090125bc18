#include <iostream>

#include "cli/arguments.h"
#include "trainer/plan.h"

namespace kedge {

ExitCode plan_command(const Arguments& arguments) {
  CLI::App app("What a run will cost: parameters, memory by kind, tokens and updates per step. "
               "Loads no weights.",
               "kedge plan");
  std::vector<std::string> words;
  bool as_json = false;
  add_config_words(app, words);
  app.add_flag("--json", as_json, "one JSON line on standard output instead of a table");
  parse(app, arguments);
  const Plan plan = make_plan(load_config(words));
  if (as_json) {
    std::cout << to_json(plan).dump() << "\n";
  } else {
    std::cout << to_text(plan);
  }
  return kExitDone;
}

}  // namespace kedge
