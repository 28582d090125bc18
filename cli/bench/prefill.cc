#include <iostream>

#include "cli/arguments.h"
#include "cli/bench/bench.h"
#include "cli/bench/engine_load.h"
#include "cli/bench/measure.h"
#include "cli/bench/workload.h"
#include "core/text.h"
#include "model/kernels/isa.h"

namespace kedge {
namespace {

// Two operations per weight and token; the head only for the last token of a prompt. Attention
// scores are left out, as everywhere.
double prefill_flop(const ModelConfig& config, const EngineLoad& load) {
  const auto head = static_cast<double>(config.vocab * config.hidden);
  const auto blocks = static_cast<double>(decode_weights(config)) - head;
  return 2.0 * load.rows * (blocks * load.prompt_tokens + head);
}

void measure(PolicyModel& model, const BenchOptions& options, const EngineLoad& load,
             LimitMeter& meter) {
  const double before = meter.fma_gflops();
  const double seconds = prefill_seconds(model, load);
  const double peak = (before + meter.fma_gflops()) / 2;
  const double tokens = static_cast<double>(load.rows) * load.prompt_tokens;
  const double gflops = prefill_flop(model.config(), load) / seconds / 1e9;
  print_measurement({{"bench", "prefill"},
                     {"size", options.model.empty() ? options.size : ""},
                     {"model", options.model},
                     {"parameters", model.config().num_parameters()},
                     {"bf16", options.bf16},
                     {"prompts", load.rows},
                     {"prompt_tokens", load.prompt_tokens},
                     {"prefill_tokens", load.prefill_tokens},
                     {"tokens_per_second", rounded(tokens / seconds)},
                     {"gflops", rounded(gflops)},
                     {"share_of_bound", rounded(gflops / peak)},
                     {"fma_peak_gflops", rounded(peak)},
                     {"threads", meter.threads()},
                     {"isa", name_of(chosen_isa())}});
  std::cerr << load.rows << " prompts of " << load.prompt_tokens << ": "
            << short_number(tokens / seconds) << " tokens/s, " << short_number(100 * gflops / peak)
            << " % of FMA peak\n";
}

}  // namespace

ExitCode bench_prefill(const Arguments& arguments) {
  CLI::App app("Prompt tokens per second of the rollout engine, random prompts.",
               "kedge bench prefill");
  BenchOptions options;
  EngineLoad load{8, 512, 1};
  std::vector<int32_t> lengths = {32, 512};
  add_bench_options(app, options);
  app.add_option("--model", options.model, "a model directory instead of --size");
  app.add_option("--prompts", load.rows)->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--prompt-tokens", lengths, "a list such as 32,512")
      ->delimiter(',')
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--prefill-tokens", load.prefill_tokens, "per pass at most")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  parse(app, arguments);
  warn_when_busy();
  const BenchDirectory directory(bench_size(options.size), 1);
  PolicyModel model(bench_config(directory, options, {}), Parameters::Gradients::none);
  LimitMeter meter(options.threads);
  for (const int32_t length : lengths) {
    load.prompt_tokens = length;
    measure(model, options, load, meter);
  }
  return kExitDone;
}

}  // namespace kedge
