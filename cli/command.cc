#include "cli/command.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "core/registry.h"

namespace kedge {
namespace {

constexpr const char* kIntroduction =
    "kedge: reinforcement-learning post-training of reasoning language models\n\n"
    "usage: kedge COMMAND [arguments]      kedge COMMAND --help\n\n";

void print_table(std::ostream& out, const std::vector<Command>& table) {
  for (const Command& command : table) {
    out << "  " << command.name << std::string(12 - std::min<size_t>(11, command.name.size()), ' ')
        << command.doc << "\n";
  }
}

// Buffered output that no longer fits (a full disk) is a failure, whatever the command returned.
int with_output_written(ExitCode result) {
  if (std::cout.flush()) return result;
  throw Error("standard output takes no more: a full disk or a closed file");
}

bool asks_for_help(const Arguments& arguments) {
  return arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" ||
         arguments[0] == "help";
}

}  // namespace

const std::vector<Command>& command_table() {
  static const std::vector<Command> table = {
      {"train", "reinforcement learning from a config file", train_command},
      {"sft", "supervised training on demonstrations, same config", sft_command},
      {"eval", "pass@1, pass@k and length of a model on held-out prompts", eval_command},
      {"generate", "sample completions as JSON lines", generate_command},
      {"score", "log-probs of given completions as JSON lines", score_command},
      {"tokenize", "text lines to token ids and back", tokenize_command},
      {"advantage", "advantages of given rewards, without a run", advantage_command},
      {"anchors", "reference samples of prompts, made ahead of a run", anchors_command},
      {"reward", "try rewards on cases, look for signs of cheating in a run", reward_command},
      {"plan", "what a run will cost, without loading weights", plan_command},
      {"report", "a page with the curves and samples of a run", report_command},
      {"bench", "speed of this machine, operators, decode and whole steps", bench_command},
      {"config", "show the resolved configuration, or all keys", config_command},
      {"list", "names that may stand in a config", list_command},
  };
  return table;
}

ExitCode run_subcommand(const std::string& family, const std::vector<Command>& table,
                        const Arguments& arguments) {
  if (asks_for_help(arguments)) {
    std::cout << "usage: kedge " << family << " COMMAND [arguments]\n\n";
    print_table(std::cout, table);
    return arguments.empty() ? kExitUsage : kExitDone;
  }
  const Command& command = find_entry(family + " command", table, arguments[0], "command line");
  return command.run(Arguments(arguments.begin() + 1, arguments.end()));
}

int run_command_line(const Arguments& arguments) {
  try {
    if (asks_for_help(arguments)) {
      std::cout << kIntroduction;
      print_table(std::cout, command_table());
      return arguments.empty() ? kExitUsage : kExitDone;
    }
    const Command& command = find_entry("command", command_table(), arguments[0], "command line");
    return with_output_written(command.run(Arguments(arguments.begin() + 1, arguments.end())));
  } catch (const CLI::Success& help) {
    return kExitDone;
  } catch (const CLI::ParseError& error) {
    std::cerr << "kedge " << arguments[0] << ": " << error.what() << "; see kedge " << arguments[0]
              << " --help\n";
    return kExitUsage;
  } catch (const Error& error) {
    std::cerr << "kedge: " << error.what() << "\n";
    return error.exit_code();
  } catch (const std::exception& error) {
    std::cerr << "kedge: unexpected: " << error.what() << "\n";
    return kExitFailure;
  }
}

}  // namespace kedge
