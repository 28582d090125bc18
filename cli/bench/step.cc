#include <iostream>

#include "cli/arguments.h"
#include "cli/bench/bench.h"
#include "cli/bench/fixed_length.h"
#include "cli/bench/step_meter.h"
#include "cli/bench/unsaved_files.h"
#include "cli/bench/workload.h"
#include "core/text.h"
#include "trainer/operators.h"
#include "trainer/plan.h"
#include "trainer/training.h"

namespace kedge {
namespace {

struct StepOptions {
  BenchOptions common;
  StepShape shape;
  std::string keep;
  std::vector<std::string> overrides;
};

StepOptions read_options(const Arguments& arguments) {
  StepOptions options;
  options.common.size = "tiny";
  CLI::App app(
      "One GRPO step as kedge train runs it: 8 prompts x 8 samples of fixed length, random "
      "weights. Medians after the first step, in the keys of scripts/peers/trl_grpo.py.",
      "kedge bench step");
  add_bench_options(app, options.common);
  app.add_option("--steps", options.shape.steps)->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--new-tokens", options.shape.new_tokens)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--keep", options.keep,
                 "leaves the workload and its run in this directory: kedge train DIR/bench.yaml");
  app.add_option("overrides", options.overrides,
                 "changes of the run's config, such as train.recompute=blocks");
  parse(app, arguments);
  return options;
}

// What bringing the packed weights up to date costs, as every update does once.
double refresh_seconds(PolicyModel& model) {
  std::vector<double> seconds;
  for (int i = 0; i < 3; ++i) {
    const double begin = real_clock().now();
    model.refresh();
    seconds.push_back(real_clock().now() - begin);
  }
  return median(seconds);
}

// Returns refresh_seconds of its model.
double train_measured(const RunConfig& config, StepMeter& meter) {
  const auto files = unsaved_below(config.checkpoints_dir());
  RunServices services;
  services.files = files.get();
  services.progress = [&](const Progress& progress) { meter.show(progress); };
  double refresh = 0.0;
  train_with(config, services, [&](PolicyModel& model, int32_t longest) {
    refresh = refresh_seconds(model);
    return fixed_length(colocated_rollouts(config, model, longest));
  });
  return refresh;
}

void print(const StepOptions& options, const Plan& plan, const StepMeter& meter, double refresh) {
  const StepShape& shape = options.shape;
  const StepTimes times = meter.times();
  const int64_t rows = int64_t{shape.prompts} * shape.samples, tokens = rows * shape.new_tokens;
  const double flop = counted_flop(plan.parameters,
                                   {tokens, tokens + int64_t{shape.prompts} * shape.prompt_tokens});
  const double bound = flop / (meter.fma_gflops() * 1e9);
  print_measurement({{"peer", "kedge"},
                     {"size", options.common.size},
                     {"parameters", plan.parameters},
                     {"rows", rows},
                     {"new_tokens", shape.new_tokens},
                     {"prompt_tokens", shape.prompt_tokens},
                     {"seconds_per_step", rounded(times.step)},
                     {"generate_and_score_seconds", rounded(times.generate)},
                     {"update_seconds", rounded(times.step - times.generate)},
                     {"refresh_seconds", rounded(refresh)},
                     {"generated_tokens_per_second", rounded(tokens / times.step)},
                     {"rollout_tokens_per_second", rounded(tokens / times.generate)},
                     {"bf16", options.common.bf16},
                     {"bound_seconds", rounded(bound)},
                     {"share_of_bound", rounded(bound / times.step)},
                     {"fma_peak_gflops", rounded(meter.fma_gflops())},
                     {"peak_rss_mib", rounded(meter.peak_rss_mib())},
                     {"plan_mib", rounded(static_cast<double>(plan.memory.total()) / (1 << 20))}});
  const auto share = [&](double seconds) {
    return short_number(100 * seconds / times.step) + " %";
  };
  std::cerr << options.common.size << ": " << short_number(times.step) << " s per step on "
            << meter.threads() << " threads: sampling " << share(times.generate - times.reward)
            << ", rewards " << share(times.reward) << ", update " << share(times.update)
            << ", rest " << share(times.step - times.generate - times.update) << "; "
            << share(bound) << " of the step is what FMA peak would take\n";
}

}  // namespace

ExitCode bench_step(const Arguments& arguments) {
  const StepOptions options = read_options(arguments);
  warn_when_busy();
  const BenchDirectory directory(bench_size(options.common.size), options.shape.prompt_tokens,
                                 options.keep);
  const RunConfig config =
      bench_config(directory, options.common, options.shape, options.overrides);
  const Plan plan = make_plan(config);
  StepMeter meter(threads_of(config.compute), real_clock());
  const double refresh = train_measured(config, meter);
  print(options, plan, meter, refresh);
  return kExitDone;
}

}  // namespace kedge
