#include "cli/bench/engine_load.h"

#include <vector>

#include "cli/bench/measure.h"
#include "core/clock.h"
#include "core/error.h"

namespace kedge {
namespace {

constexpr size_t kWarmPasses = 2;

RolloutOrder order_of(const EngineLoad& load, int64_t vocab, uint64_t first_prompt) {
  RolloutOrder order;
  for (int32_t r = 0; r < load.rows; ++r) {
    SampleItem item;
    item.group = {Purpose::generate, first_prompt + r, 0};
    for (int32_t t = 0; t < load.prompt_tokens; ++t) {
      const RandomAddress at{Purpose::task, first_prompt + r, 0, 0, static_cast<uint64_t>(t)};
      item.context.push_back(static_cast<Token>(random_below(7, at, vocab)));
    }
    item.fork = load.prompt_tokens;
    item.sampling.max_new_tokens = load.new_tokens;
    order.samples.push_back(std::move(item));
  }
  return order;
}

std::unique_ptr<RolloutEngine> engine_for(PolicyModel& model, Environment& environment,
                                          const EngineLoad& load) {
  EngineOptions options;
  options.seed = 7;
  options.slots = load.rows;
  options.prefill_tokens = load.prefill_tokens;
  options.max_row_tokens = load.prompt_tokens + load.new_tokens;
  auto engine =
      make_engine(model.context(), model.transformer(), model.tokenizer(), environment, options);
  engine->adopt(model.parameters());
  return engine;
}

// The pass decoded all rows and nothing else.
bool is_pure_decode(const MetricValues& counts, const EngineLoad& load) {
  return counts.at("perf/decode_tokens") == load.rows && counts.at("perf/prefill_tokens") == 0;
}

}  // namespace

int64_t kv_bytes(const EngineLoad& load, const ModelConfig& config) {
  return kv_blocks_for(load.rows, load.prompt_tokens + load.new_tokens) *
         KvCache::bytes_per_block(config);
}

int64_t decode_weights(const ModelConfig& config) {
  return config.num_parameters() - (config.tied ? 0 : config.vocab * config.hidden);
}

double decode_pass_seconds(PolicyModel& model, const EngineLoad& load) {
  const auto environment = plain_environment();
  const auto engine = engine_for(model, *environment, load);
  engine->submit(order_of(load, model.config().vocab, 0));
  std::vector<double> seconds;
  while (!engine->idle()) {
    const double begin = real_clock().now();
    engine->step();
    const double taken = real_clock().now() - begin;
    if (is_pure_decode(engine->take_metrics().flatten(), load)) seconds.push_back(taken);
  }
  if (seconds.size() <= kWarmPasses) {
    throw ConfigError("--new-tokens",
                      std::to_string(load.new_tokens) + " leave " + std::to_string(seconds.size()) +
                          " passes to measure",
                      "more new tokens");
  }
  seconds.erase(seconds.begin(), seconds.begin() + kWarmPasses);
  return median(seconds);
}

double prefill_seconds(PolicyModel& model, const EngineLoad& load) {
  EngineLoad one = load;
  one.new_tokens = 1;
  const auto environment = plain_environment();
  const auto engine = engine_for(model, *environment, one);
  double seconds = 0.0;
  for (uint64_t run = 0; run < 2; ++run) {  // the first grows scratch memory
    const double begin = real_clock().now();
    engine->submit(order_of(one, model.config().vocab, run * load.rows));
    engine->drain();
    seconds = real_clock().now() - begin;
  }
  return seconds;
}

}  // namespace kedge
