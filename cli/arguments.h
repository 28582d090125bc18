// What the commands share of their command lines.
#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/command.h"
#include "core/schema_bounds.h"
#include "trainer/config.h"

namespace kedge {

// CONFIG files and overrides, told apart by the '=' after a dotted name:
// "configs/a.yaml more.yaml optimizer.learning_rate=1e-4".
struct ConfigArguments {
  std::vector<std::string> files;
  std::vector<std::string> overrides;
};

// No file is a ConfigError.
ConfigArguments split_config_arguments(const std::vector<std::string>& words);

// Adds the positional words of a config command to `app`, with the help text they deserve.
void add_config_words(CLI::App& app, std::vector<std::string>& words);

// Refuses a number outside `bounds` in the words of the schema.
CLI::Validator within(const Bounds& bounds);

// Parses; prints help and throws CLI::Success for --help.
void parse(CLI::App& app, const Arguments& arguments);

// split_config_arguments, then load_run_config.
RunConfig load_config(const std::vector<std::string>& words);

}  // namespace kedge
