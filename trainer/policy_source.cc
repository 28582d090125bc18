#include "trainer/policy_source.h"

#include <utility>

#include "trainer/signals.h"
#include "trainer/step_metrics.h"

namespace kedge {
namespace {

class PolicySource : public BatchSource {
 public:
  explicit PolicySource(const PolicySourceParts& parts)
      : parts_(parts),
        collector_(parts.tokenizer, parts.rewards, parts.reference_rewards),
        reward_columns_(parts.rewards.signal_columns()),
        columns_(reward_columns_) {
    if (needs_reference_policy(parts.config.algorithm)) columns_.push_back("ref_logprob");
  }

  std::unique_ptr<TrainBatch> next(int64_t step, MetricSet& metrics) override {
    judging_s_ = 0.0;
    const double begin = parts_.clock.now();
    std::vector<ScoredGroup> groups = sample(step);
    if (groups.empty()) return nullptr;
    const double sampled = parts_.clock.now();
    SignalTable signals;
    fill_signals(columns_, groups, parts_.reference, signals);
    const double scored = parts_.clock.now();
    groups = collector_.finish(std::move(groups), &signals);
    const double judged = parts_.clock.now();
    if (parts_.reference) metrics.add("timing_s/ref", scored - sampled, Reduce::sum);
    metrics.add("timing_s/gen", sampled - begin - judging_s_, Reduce::sum);
    metrics.add("timing_s/reward", judging_s_ + (judged - scored), Reduce::sum);
    metrics.merge(parts_.rollouts.take_metrics());
    metrics.merge(std::exchange(ordered_, {}));
    metrics.merge(parts_.strategy.take_metrics());
    add_anchor_metrics(groups, metrics);
    add_group_metrics(groups, parts_.rewards.names(), metrics);
    parts_.rewards.report_times(metrics);
    add_source_counts(metrics);
    return make_policy_batch(parts_.config, std::move(groups), signals);
  }

  void register_state(StateRegistry& registry) override {
    registry.add("prompts", parts_.prompts);
    registry.add("strategy", parts_.strategy);
    parts_.rewards.register_state(registry);
    if (parts_.reference_rewards) {
      parts_.reference_rewards->register_state(registry, "reference_rewards");
    }
    if (parts_.reference) registry.add("reference", *parts_.reference);
  }

  void after_step(const Parameters& policy) override {
    if (parts_.reference) parts_.reference->after_step(policy);
  }

 private:
  // All rounds of a step. Verdicts are made while other rows are still decoded.
  std::vector<ScoredGroup> sample(int64_t step) {
    collector_.begin_step(step);
    std::optional<RolloutOrder> order = parts_.strategy.first(parts_.prompts, step);
    if (order->samples.empty()) return {};
    while (order) {
      count(*order);
      if (parts_.frozen) parts_.frozen->serve(*order, parts_.rollouts);
      collector_.ask(*order);
      auto rows = parts_.rollouts.run(
          *order, [&](const FinishedRow& row) { judging([&] { collector_.judge(row); }); });
      judging([&] { collector_.add(std::move(rows)); });
      judging([&] { conclude_references(); });
      order = parts_.strategy.next(parts_.prompts, collector_.round());
    }
    return parts_.strategy.finish(collector_.round());
  }

  void conclude_references() {
    SignalTable signals;
    fill_signals(reward_columns_, collector_.open_references(), parts_.reference, signals);
    collector_.conclude_references(&signals);
  }

  // What a budget is measured in: answers sampled, for whatever purpose.
  void count(const RolloutOrder& order) {
    for (const SampleItem& item : order.samples) {
      const bool policy = item.group.purpose == Purpose::sample;
      ordered_.add("rollouts/all", item.num_samples, Reduce::sum);
      ordered_.add("rollouts/reference", policy ? 0 : item.num_samples, Reduce::sum);
    }
  }

  // What decoding stands still for: quick rewards, and the wait for slow ones at the end of a round.
  template <class Work>
  void judging(const Work& work) {
    const double begin = parts_.clock.now();
    work();
    judging_s_ += parts_.clock.now() - begin;
  }

  void add_source_counts(MetricSet& metrics) const {
    const SourceCounts counts = parts_.prompts.counts();
    metrics.add("data/too_long_dropped", static_cast<double>(counts.too_long_dropped),
                Reduce::last);
    metrics.add("data/too_long_truncated", static_cast<double>(counts.too_long_truncated),
                Reduce::last);
  }

  PolicySourceParts parts_;
  Collector collector_;
  const std::vector<std::string> reward_columns_;  // signals that rewards read
  std::vector<std::string> columns_;               // and those of the losses
  MetricSet ordered_;
  double judging_s_ = 0.0;
};

}  // namespace

std::unique_ptr<BatchSource> make_policy_source(const PolicySourceParts& parts) {
  return std::make_unique<PolicySource>(parts);
}

}  // namespace kedge
