#include <iostream>
#include <optional>

#include "cli/arguments.h"
#include "cli/bench/bench.h"
#include "cli/bench/op_timing.h"
#include "cli/bench/workload.h"
#include "core/text.h"
#include "model/kernels/isa.h"
#include "trainer/model_setup.h"
#include "trainer/operators.h"

namespace kedge {
namespace {

struct OpsOptions {
  BenchOptions common;
  TimingOptions timing;
  std::vector<int64_t> rows = {1, 8, 32, 64, 256, 2048};
  int64_t tokens = 2048;
  AttentionSizes attention;
  std::string only;
};

OpsOptions read_options(const Arguments& arguments) {
  OpsOptions options;
  CLI::App app(
      "Every operator on the shapes of a model: its rate, its share of the FMA peak "
      "measured between the calls, and the ratio to LibTorch (above 1: faster).",
      "kedge bench ops");
  add_bench_options(app, options.common);
  app.add_option("--rows", options.rows, "rows of the linear layers, a list")
      ->delimiter(',')
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--tokens", options.tokens, "rows of norm, rotary, SwiGLU and head")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--context", options.attention.longest, "tokens of the long attention rows")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--only", options.only, "operators whose name begins with this");
  app.add_option("--rounds", options.timing.rounds)->check(CLI::PositiveNumber);
  app.add_option("--seconds", options.timing.seconds_per_round, "per round and backend")
      ->check(CLI::PositiveNumber);
  parse(app, arguments);
  return options;
}

std::vector<OpCase> cases_of(const ModelConfig& config, const OpsOptions& options) {
  std::vector<OpCase> cases;
  for (auto& part : {linear_cases(config, options.rows), attention_cases(config, options.attention),
                     row_cases(config, options.tokens), head_cases(config, options.tokens)}) {
    for (const OpCase& op : part) {
      if (op.op.starts_with(options.only)) cases.push_back(op);
    }
  }
  if (cases.empty()) {
    throw ConfigError("--only", "no operator begins with '" + options.only + "'",
                      "linear, attention, norm, rope, swiglu, embedding, head");
  }
  return cases;
}

// The peer, where this build has it and it is not what is measured.
std::optional<Operators> peer_operators(const BenchOptions& options, int threads) {
  if (options.numerics == "aten") return std::nullopt;
  try {
    return aten_operators(threads);
  } catch (const ConfigError& error) {
    std::cerr << "no ratio to LibTorch: " << error.what() << "\n";
    return std::nullopt;
  }
}

void print(const OpCase& op, const OpTiming& timing, const BenchOptions& options, int threads) {
  const double gflops = op.flop / timing.seconds / 1e9, gbytes = op.bytes / timing.seconds / 1e9;
  ordered_json line = {{"bench", "ops"},
                       {"op", op.op},
                       {"shape", op.shape},
                       {"numerics", options.numerics},
                       {"bf16", options.bf16},
                       {"microseconds", rounded(timing.seconds * 1e6)},
                       {"gflops", nullptr},
                       {"share_of_peak", nullptr},
                       {"gbytes", rounded(gbytes)},
                       {"ratio_to_aten", nullptr},
                       {"fma_peak_gflops", rounded(timing.fma_gflops)},
                       {"threads", threads},
                       {"isa", name_of(chosen_isa())}};
  if (op.flop > 0) {
    line["gflops"] = rounded(gflops);
    line["share_of_peak"] = rounded(gflops / timing.fma_gflops);
  }
  if (timing.ratio > 0) line["ratio_to_aten"] = rounded(timing.ratio);
  print_measurement(line);
  std::cerr << op.op << " " << op.shape.dump() << ": ";
  if (op.flop > 0) {
    std::cerr << short_number(gflops) << " GF/s, " << short_number(100 * gflops / timing.fma_gflops)
              << " % of peak";
  } else {
    std::cerr << short_number(gbytes) << " GB/s";
  }
  if (timing.ratio > 0) std::cerr << ", LibTorch takes " << short_number(timing.ratio) << "x";
  std::cerr << "\n";
}

}  // namespace

ExitCode bench_ops(const Arguments& arguments) {
  const OpsOptions options = read_options(arguments);
  warn_when_busy();
  const BenchDirectory directory(bench_size(options.common.size), 1);
  const RunConfig config = bench_config(directory, options.common, {});
  const ModelConfig model = load_run_model_config(config, *load_run_tokenizer(config));
  const Operators ours = make_operators(config.compute);
  ThreadPool pool(config.compute.threads);
  Arena scratch;
  Context context{pool, scratch};
  const auto peer = peer_operators(options.common, pool.size());
  for (const OpCase& op : cases_of(model, options)) {
    const OpTiming timing =
        time_op(op, context, ours, peer ? &*peer : nullptr, options.timing);
    print(op, timing, options.common, pool.size());
  }
  return kExitDone;
}

}  // namespace kedge
