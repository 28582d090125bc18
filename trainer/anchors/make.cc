#include "trainer/anchors/make.h"

#include <algorithm>
#include <csignal>

#include "core/error.h"
#include "rollout/sources/sources.h"
#include "trainer/anchors/with_anchors.h"
#include "trainer/collector.h"
#include "trainer/policy_sampling.h"
#include "trainer/signals.h"
#include "trainer/training.h"

namespace kedge {
namespace {

void check_store(const RunConfig& config, const RewardSet& rewards) {
  if (!needs_anchors(config, rewards)) {
    throw ConfigError("algorithm", "preset '" + config.algorithm.preset + "' reads no anchors",
                      "aapo, pvpo, remax, a prompt_filter, injection, or a reward that reads them");
  }
  if (!config.algorithm.anchor.store) {
    throw ConfigError("algorithm.anchor.store", "null", "the file to be filled");
  }
}

// Prompts whose records a run will want, and that the store lacks.
std::vector<PromptVisit> missing_prompts(const RunConfig& config, const PromptSource& prompts,
                                         const AnchorStore& store, int64_t& known) {
  const int64_t of_a_task = config.train.steps * config.rollout.prompts_per_step;
  const auto count = prompts.size() ? static_cast<int64_t>(*prompts.size()) : of_a_task;
  std::vector<PromptVisit> missing = prompts.fixed(static_cast<int>(count));
  known = std::ssize(missing);
  std::erase_if(missing, [&](const PromptVisit& visit) { return store.find(*visit.prompt); });
  known -= std::ssize(missing);
  return missing;
}

// One order at a time, as large as a step of the run.
class Filling {
 public:
  Filling(const RunConfig& config, PolicySampling& sampling, RewardSet& rewards, Rollouts& rollouts,
          const Tokenizer& tokenizer)
      : prompts_per_order_(config.rollout.prompts_per_step),
        sampling_(sampling),
        columns_(rewards.signal_columns()),
        rollouts_(rollouts),
        collector_(tokenizer, rewards, sampling.reference_rewards()) {}

  // Makes the records of the next prompts of `open` and takes them off it.
  MetricSet make_some(std::vector<PromptVisit>& open) {
    RolloutOrder order;
    const auto count = std::min<ptrdiff_t>(prompts_per_order_, std::ssize(open));
    for (auto visit = open.begin(); visit != open.begin() + count; ++visit) {
      order_references(sampling_.anchors()->settings(), *visit, order);
    }
    open.erase(open.begin(), open.begin() + count);
    sampling_.frozen().serve(order, rollouts_);
    collector_.begin_step();
    collector_.ask(order);
    collector_.add(rollouts_.run(order, [&](const FinishedRow& row) { collector_.judge(row); }));
    SignalTable signals;
    fill_signals(columns_, collector_.open_references(), sampling_.reference(), signals);
    collector_.conclude_references(&signals);
    take_references(collector_.round(), *sampling_.anchors());
    return metrics_of(collector_.round());
  }

 private:
  static MetricSet metrics_of(const RoundResult& round) {
    MetricSet metrics;
    for (const ScoredGroup& scored : round.groups) {
      for (const double metric : scored.anchor->metrics) metrics.add("anchor/metric/mean", metric);
    }
    metrics.add("anchor/prompts", static_cast<double>(round.groups.size()), Reduce::sum);
    return metrics;
  }

  const int32_t prompts_per_order_;
  PolicySampling& sampling_;
  const std::vector<std::string> columns_;
  Rollouts& rollouts_;
  Collector collector_;
};

}  // namespace

AnchorOutcome make_anchors(const RunConfig& config, const RunServices& services) {
  check_for_training(config, false);
  RewardSet rewards = make_training_rewards(config);
  check_store(config, rewards);
  auto reference_rewards = make_reference_rewards(config, rewards);
  PolicyModel model(config, Parameters::Gradients::none);
  const auto prompts = make_prompt_source(
      config.data.train,
      {model.tokenizer(), config.run.seed, max_prompt_tokens(config, model.config()), Side::train},
      "data.train");
  FileSystem& files = services.files ? *services.files : real_files();
  const Clock& clock = services.clock ? *services.clock : real_clock();
  PolicySampling sampling(config, files, model, rewards, std::move(reference_rewards));
  const auto rollouts = colocated_rollouts(config, model, longest_prompt(*prompts));
  rollouts->adopt(model.parameters());

  int64_t known = 0;
  std::vector<PromptVisit> open = missing_prompts(config, *prompts, *sampling.anchors(), known);
  AnchorOutcome outcome{kExitDone, known + std::ssize(open), 0, *config.algorithm.anchor.store};
  Filling filling(config, sampling, rewards, *rollouts, model.tokenizer());
  const double begin = clock.now();
  if (services.progress) {
    const MetricSet nothing;
    services.progress({known, outcome.prompts, 0.0, &nothing});
  }
  while (!open.empty()) {
    const int signal = services.stop_signal ? services.stop_signal() : 0;
    if (signal != 0) {
      outcome.exit = signal == SIGINT ? kExitInterrupted : kExitRequeue;
      break;
    }
    MetricSet metrics = filling.make_some(open);
    outcome.made = outcome.prompts - known - std::ssize(open);
    const double each = (clock.now() - begin) / static_cast<double>(outcome.made);
    metrics.add("perf/throughput", 1.0 / std::max(each, 1e-9), Reduce::last);
    if (services.progress) {
      services.progress({known + outcome.made, outcome.prompts,
                         each * static_cast<double>(open.size()), &metrics});
    }
  }
  return outcome;
}

}  // namespace kedge
