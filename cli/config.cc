#include <iostream>

#include "cli/arguments.h"
#include "cli/reference_page.h"

namespace kedge {
namespace {

ExitCode show(const Arguments& arguments) {
  CLI::App app("Prints the resolved configuration as YAML; it loads to the same run.",
               "kedge config show");
  std::vector<std::string> words;
  add_config_words(app, words);
  parse(app, arguments);
  const RunConfig config = load_config(words);
  // What a run would refuse is refused here already. Without rewards it is for supervised training.
  for (const std::string& warning : check_for_training(config, config.rewards.empty())) {
    std::cerr << "warning: " << warning << "\n";
  }
  std::cout << to_yaml(dump_run_config(config)) << "# settings " << numbers_hash(config) << "\n";
  return kExitDone;
}

ExitCode reference(const Arguments& arguments) {
  CLI::App app("Prints every key with default, range and meaning (configs/REFERENCE.md).",
               "kedge config reference");
  parse(app, arguments);
  std::cout << reference_page();
  return kExitDone;
}

}  // namespace

ExitCode config_command(const Arguments& arguments) {
  static const std::vector<Command> table = {
      {"show", "the resolved configuration of CONFIG", show},
      {"reference", "all keys, as Markdown", reference},
  };
  return run_subcommand("config", table, arguments);
}

}  // namespace kedge
