// Runs the command line in process and keeps what it printed.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/command.h"
#include "tests/support/captured_output.h"
#include "tests/support/tiny_runs.h"

namespace kedge::testing {

struct CommandResult {
  int exit = 0;
  std::string out;  // standard output
  std::string err;  // standard error
};

inline CommandResult run_kedge(const std::vector<std::string>& words) {
  const testing_support::CapturedOutput captured;
  CommandResult result;
  result.exit = run_command_line(words);
  result.out = captured.text();
  result.err = captured.notes();
  return result;
}

// A config file of a run of seconds, in `dir`; the run lives in dir/run.
inline std::string tiny_config(const std::string& dir) {
  ConfigNode root = parse_yaml(kTinyRun, "tiny.yaml");
  for (const std::string& setting : {"run.dir=" + dir + "/run", std::string("train.steps=2")}) {
    apply_override(root, setting);
  }
  const std::string file = dir + "/tiny.yaml";
  real_files().write_atomic(file, to_yaml(to_json(root)));
  return file;
}

// A model directory with random weights: what `kedge sft` leaves after two steps.
inline std::string tiny_model(const std::string& dir) {
  const CommandResult result = run_kedge({"sft", tiny_config(dir), "run.dir=" + dir + "/base"});
  EXPECT_EQ(result.exit, 0) << result.err;
  return dir + "/base/checkpoints/step_000002";
}

}  // namespace kedge::testing
