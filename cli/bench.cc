#include "cli/bench/bench.h"

namespace kedge {

const std::vector<Command>& bench_table() {
  static const std::vector<Command> table = {
      {"machine", "FMA peak, read and copy bandwidth of this machine", bench_machine},
      {"ops", "every operator against the machine's limits and LibTorch", bench_ops},
      {"decode", "tokens per second of the rollout engine, by batch", bench_decode},
      {"prefill", "prompt tokens per second of the rollout engine", bench_prefill},
      {"policy", "advantages and losses of the presets, on one core", bench_policy},
      {"rewards", "the cost of asking a Python reward", bench_rewards},
      {"step", "one GRPO step, as kedge train runs it", bench_step},
  };
  return table;
}

ExitCode bench_command(const Arguments& arguments) {
  return run_subcommand("bench", bench_table(), arguments);
}

}  // namespace kedge
