#include <algorithm>
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

struct DecodeOptions {
  BenchOptions common;
  std::vector<int32_t> batch = {1, 32, 64};
  std::vector<int32_t> context = {64};
  int32_t new_tokens = 64;
  double kv_gib = 8.0;
};

DecodeOptions read_options(const Arguments& arguments) {
  DecodeOptions options;
  CLI::App app(
      "Tokens per second of the rollout engine, random prompts, temperature 1. The bound is "
      "the smaller of FMA peak and reading every weight once per pass, at the bandwidth "
      "of reading as many bytes.",
      "kedge bench decode");
  add_bench_options(app, options.common);
  app.add_option("--model", options.common.model, "a model directory instead of --size");
  app.add_option("--batch", options.batch, "rows decoded together, a list such as 1,32,64")
      ->delimiter(',')
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--context", options.context, "prompt tokens of every row, a list")
      ->delimiter(',')
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--new-tokens", options.new_tokens, "tokens decoded per row")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--kv-gib", options.kv_gib, "loads that need more KV memory are left out")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  parse(app, arguments);
  return options;
}

// A model of a size is made with room for the longest row asked for.
std::vector<std::string> with_room(const DecodeOptions& options) {
  if (!options.common.model.empty()) return {};
  const int32_t longest = *std::max_element(options.context.begin(), options.context.end());
  return {"model.new.max_position=" + std::to_string(longest + options.new_tokens)};
}

void measure(PolicyModel& model, const DecodeOptions& options, const EngineLoad& load,
             LimitMeter& meter) {
  const double bytes_per_weight = options.common.bf16 ? 2.0 : 4.0;
  const auto weights = static_cast<double>(decode_weights(model.config()));
  const auto bytes = static_cast<int64_t>(weights * bytes_per_weight);
  const double fma = meter.fma_gflops(), read = meter.read_gbytes(bytes);
  const double seconds = decode_pass_seconds(model, load);
  const double peak = (fma + meter.fma_gflops()) / 2;
  const double bandwidth = (read + meter.read_gbytes(bytes)) / 2;
  const double gflops = 2.0 * load.rows * weights / seconds / 1e9;
  const double bound = std::min(peak, 2.0 * load.rows / bytes_per_weight * bandwidth);
  const std::string size = options.common.model.empty() ? options.common.size : "";
  print_measurement({{"bench", "decode"},
                     {"size", size},
                     {"model", options.common.model},
                     {"parameters", model.config().num_parameters()},
                     {"bf16", options.common.bf16},
                     {"batch", load.rows},
                     {"context", load.prompt_tokens},
                     {"new_tokens", load.new_tokens},
                     {"tokens_per_second", rounded(load.rows / seconds)},
                     {"ms_per_pass", rounded(seconds * 1e3)},
                     {"gflops", rounded(gflops)},
                     {"weight_gbytes", rounded(weights * bytes_per_weight / seconds / 1e9)},
                     {"share_of_bound", rounded(gflops / bound)},
                     {"fma_peak_gflops", rounded(peak)},
                     {"read_gbytes", rounded(bandwidth)},
                     {"threads", meter.threads()},
                     {"isa", name_of(chosen_isa())}});
  std::cerr << "batch " << load.rows << ", context " << load.prompt_tokens << ": "
            << short_number(load.rows / seconds) << " tokens/s, "
            << short_number(100 * gflops / bound) << " % of the bound\n";
}

}  // namespace

ExitCode bench_decode(const Arguments& arguments) {
  const DecodeOptions options = read_options(arguments);
  warn_when_busy();
  const BenchDirectory directory(bench_size(options.common.size), 1);
  PolicyModel model(bench_config(directory, options.common, {}, with_room(options)),
                    Parameters::Gradients::none);
  LimitMeter meter(options.common.threads);
  for (const int32_t context : options.context) {
    for (const int32_t batch : options.batch) {
      const EngineLoad load{batch, context, options.new_tokens};
      const auto bytes = static_cast<double>(kv_bytes(load, model.config()));
      if (bytes > options.kv_gib * (int64_t{1} << 30)) {
        std::cerr << "batch " << batch << ", context " << context << ": left out, needs "
                  << human_bytes(static_cast<uint64_t>(bytes)) << " of KV memory (--kv-gib)\n";
        continue;
      }
      measure(model, options, load, meter);
    }
  }
  return kExitDone;
}

}  // namespace kedge
