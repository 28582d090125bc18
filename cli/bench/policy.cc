// Advantages and losses alone, without a model: what they cost beside a step's forward and backward.
#include <iostream>

#include "cli/arguments.h"
#include "cli/bench/bench.h"
#include "cli/bench/measure.h"
#include "core/clock.h"
#include "core/text.h"
#include "trainer/algorithm/prepare.h"
#include "trainer/algorithm/presets.h"
#include "trainer/loss/policy_loss.h"

namespace kedge {
namespace {

struct PolicyLoad {
  int32_t rows = 4096;
  int32_t tokens = 4096;  // of every row
  int32_t group = 8;      // rows of a prompt
};

// Log-probs that differ from each other by up to 0.2 nats: ratios on both sides of every clip.
PolicyRows synthetic_rows(const PolicyLoad& load) {
  PolicyRows rows;
  const auto count = static_cast<size_t>(load.rows) * load.tokens;
  rows.num_groups = (load.rows + load.group - 1) / load.group;
  rows.mask.assign(count, 1);
  rows.old_logprob.narrow.resize(count);
  rows.ref_logprob.narrow.resize(count);
  rows.new_logprob.narrow.resize(count);
  for (size_t t = 0; t < count; ++t) {
    const float old = -static_cast<float>(t % 977) / 300.0f;
    rows.old_logprob.narrow[t] = old;
    rows.ref_logprob.narrow[t] = old + 0.01f * static_cast<float>(t % 31) - 0.1f;
    rows.new_logprob.narrow[t] = old + 0.01f * static_cast<float>(t % 37) - 0.2f;
  }
  rows.sampler_logprob = rows.old_logprob;
  rows.given_token.narrow.assign(count, 0.5f);  // read by estimator given only
  rows.given.assign(load.rows, 0.5);
  for (int32_t i = 0; i < load.rows; ++i) {
    rows.group.push_back(i / load.group);
    rows.scored.push_back(1);
    rows.reward.push_back(i % 3 == 0);
    rows.metric.push_back(i % 3 == 0);
    rows.truncated.push_back(0);
    rows.injected.push_back(0);
    rows.trains.push_back(1);
    rows.begin.push_back(static_cast<int64_t>(i + 1) * load.tokens);
  }
  const RewardAnchor anchor{std::vector<std::optional<double>>(load.group, 0.5), 0.5};
  rows.anchor.assign(rows.num_groups, anchor);
  return rows;
}

double loss_seconds(const AlgorithmConfig& config, const PolicyRows& rows,
                    const PreparedBatch& batch, const UpdatePlan& plan) {
  const std::vector<float>& logprob = rows.new_logprob.narrow;
  double seconds = 0.0;
  LossMetrics metrics;
  for (int64_t i = 0; i < rows.num_rows(); ++i) {
    const PackedPath path = make_path(rows, batch, plan, i);
    const auto length = static_cast<size_t>(rows.length(i));
    const std::vector<float> entropy(length, 1.0f);
    std::vector<float> dlogprob(length), dentropy(length);
    const double begin = real_clock().now();
    policy_path_loss(config, path, std::span(logprob).subspan(rows.begin[i], length), entropy,
                     dlogprob, dentropy, metrics);
    seconds += real_clock().now() - begin;
  }
  return seconds;
}

AlgorithmConfig config_of(const std::string& preset, const PolicyLoad& load) {
  ConfigNode tree = resolve_algorithm(to_config_node({{"preset", preset}}));
  const ConfigNode* aggregate = tree.find("aggregate");
  const ConfigNode* mode = aggregate ? aggregate->find("mode") : nullptr;
  if (mode && mode->scalar == "seq_mean_token_sum_norm") {
    apply_override(tree, "aggregate.divisor=" + std::to_string(load.tokens));
  }
  return bind_algorithm(tree);
}

void measure(const std::string& preset, const PolicyRows& rows, const PolicyLoad& load) {
  const AlgorithmConfig config = config_of(preset, load);
  const double begin = real_clock().now();
  const PreparedBatch batch = prepare_batch(config, rows);
  const UpdatePlan plan =
      plan_update(config, rows, batch, {0, rows.num_groups}, rows.new_logprob.span());
  const double advantages = real_clock().now() - begin;
  const double losses = loss_seconds(config, rows, batch, plan);
  const double per_token = (advantages + losses) / static_cast<double>(rows.num_tokens());
  print_measurement({{"bench", "policy"},
                     {"preset", preset},
                     {"rows", load.rows},
                     {"tokens_per_row", load.tokens},
                     {"advantages_seconds", rounded(advantages)},
                     {"losses_seconds", rounded(losses)},
                     {"nanoseconds_per_token", rounded(1e9 * per_token)}});
  std::cerr << preset << ": " << short_number(advantages + losses) << " s for " << load.rows << " x "
            << load.tokens << " tokens\n";
}

}  // namespace

ExitCode bench_policy(const Arguments& arguments) {
  CLI::App app("Advantages and losses of the presets on one core, without a model.",
               "kedge bench policy");
  PolicyLoad load;
  std::vector<std::string> presets = preset_names();
  app.add_option("--rows", load.rows)->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--tokens", load.tokens, "of a row")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--presets", presets, "a list such as grpo,dapo; all where not given")
      ->delimiter(',');
  parse(app, arguments);
  warn_when_busy();
  const PolicyRows rows = synthetic_rows(load);
  for (const std::string& preset : presets) measure(preset, rows, load);
  return kExitDone;
}

}  // namespace kedge
