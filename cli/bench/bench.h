// `kedge bench`: what this machine can do, and how near kedge comes to it. Every measurement is one
// JSON line on standard output; the limits it is compared with are measured in the same run,
// because machines drift within minutes.
#pragma once
#include <vector>

#include "cli/command.h"

namespace kedge {

// FMA peak, read and copy bandwidth, threads, code path.
ExitCode bench_machine(const Arguments& arguments);
// Every operator on the shapes of a model, against the machine's limits and against LibTorch.
ExitCode bench_ops(const Arguments& arguments);
// Tokens per second of the rollout engine by batch and context.
ExitCode bench_decode(const Arguments& arguments);
// Prompt tokens per second of the rollout engine.
ExitCode bench_prefill(const Arguments& arguments);
// Advantages and losses of the presets alone.
ExitCode bench_policy(const Arguments& arguments);
// One GRPO step as `kedge train` runs it.
ExitCode bench_step(const Arguments& arguments);

// What a call of a plug-in costs when it does nothing.
ExitCode bench_rewards(const Arguments& arguments);

const std::vector<Command>& bench_table();

}  // namespace kedge
