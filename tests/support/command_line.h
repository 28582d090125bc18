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
  const std::string file = dir + "/tiny.yaml";
  real_files().write_atomic(file, R"(
run: {name: tiny, seed: 5, dir: )" + dir + R"(/run}
model:
  new: {hidden: 16, layers: 2, heads: 2, kv_heads: 1, intermediate: 24, max_position: 64}
  tokenizer: bytes
data: {train: {task: sums}, eval: {task: sums, prompts: 6}}
rollout: {prompts_per_step: 4, samples_per_prompt: 3, max_new_tokens: 8, slots: 5}
rewards: [{name: exact_answer, metric: true}]
optimizer: {learning_rate: 1.0e-3, warmup_steps: 1}
train: {steps: 2, eval_every_steps: 2, tokens_per_microbatch: 100}
sft: {demonstrations_per_step: 8}
compute: {threads: 1}
)");
  return file;
}

// A model directory with random weights: what `kedge sft` leaves after two steps.
inline std::string tiny_model(const std::string& dir) {
  const CommandResult result = run_kedge({"sft", tiny_config(dir), "run.dir=" + dir + "/base"});
  EXPECT_EQ(result.exit, 0) << result.err;
  return dir + "/base/checkpoints/step_000002";
}

}  // namespace kedge::testing
