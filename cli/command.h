// Sub-commands of the binary: a table of name, one line, and a function of its arguments.
// Output for programs goes to standard output, everything for people to standard error.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/error.h"

namespace kedge {

using Arguments = std::vector<std::string>;

struct Command {
  std::string name;
  std::string doc;
  // Arguments after the command's name. Mistakes are thrown, the result is the exit code.
  ExitCode (*run)(const Arguments& arguments);
};

// All commands, in the order of the help.
const std::vector<Command>& command_table();

// What main does: finds the command, runs it, turns exceptions into messages and exit codes.
int run_command_line(const Arguments& arguments);

// "config show a.yaml" -> the function called for the words after a command with sub-commands.
ExitCode run_subcommand(const std::string& family, const std::vector<Command>& table,
                        const Arguments& arguments);

ExitCode train_command(const Arguments& arguments);
ExitCode sft_command(const Arguments& arguments);
ExitCode eval_command(const Arguments& arguments);
ExitCode generate_command(const Arguments& arguments);
ExitCode score_command(const Arguments& arguments);
ExitCode tokenize_command(const Arguments& arguments);
ExitCode advantage_command(const Arguments& arguments);
ExitCode anchors_command(const Arguments& arguments);
ExitCode reward_command(const Arguments& arguments);
ExitCode plan_command(const Arguments& arguments);
ExitCode report_command(const Arguments& arguments);
ExitCode config_command(const Arguments& arguments);
ExitCode bench_command(const Arguments& arguments);
ExitCode list_command(const Arguments& arguments);

}  // namespace kedge
