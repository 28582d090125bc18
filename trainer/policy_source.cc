#include "trainer/policy_source.h"

#include "trainer/step_metrics.h"

namespace kedge {
namespace {

class PolicySource : public BatchSource {
 public:
  explicit PolicySource(const PolicySourceParts& parts)
      : parts_(parts), collector_(parts.tokenizer, parts.rewards) {}

  std::unique_ptr<TrainBatch> next(int64_t step, MetricSet& metrics) override {
    judging_s_ = 0.0;
    const double begin = parts_.clock.now();
    std::vector<ScoredGroup> groups = sample(step);
    if (groups.empty()) return nullptr;
    const double sampled = parts_.clock.now();
    groups = collector_.finish(std::move(groups));
    const double judged = parts_.clock.now();
    SignalTable signals;
    if (parts_.reference) {
      parts_.reference->score(groups, signals);
      metrics.add("timing_s/ref", parts_.clock.now() - judged, Reduce::sum);
    }
    metrics.add("timing_s/gen", sampled - begin - judging_s_, Reduce::sum);
    metrics.add("timing_s/reward", judging_s_ + (judged - sampled), Reduce::sum);
    metrics.merge(parts_.rollouts.take_metrics());
    add_group_metrics(groups, parts_.rewards.names(), metrics);
    add_source_counts(metrics);
    return make_policy_batch(parts_.config, std::move(groups), signals);
  }

  void register_state(StateRegistry& registry) override {
    registry.add("prompts", parts_.prompts);
    registry.add("strategy", parts_.strategy);
    parts_.rewards.register_state(registry);
    if (parts_.reference) registry.add("reference", *parts_.reference);
  }

  void after_step(const Parameters& policy) override {
    if (parts_.reference) parts_.reference->after_step(policy);
  }

 private:
  // All rounds of a step. Verdicts are made while other rows are still decoded.
  std::vector<ScoredGroup> sample(int64_t step) {
    collector_.begin_step();
    std::optional<RolloutOrder> order = parts_.strategy.first(parts_.prompts, step);
    if (order->samples.empty()) return {};
    while (order) {
      collector_.ask(*order);
      auto rows = parts_.rollouts.run(
          *order, [&](const FinishedRow& row) { judging([&] { collector_.judge(row); }); });
      judging([&] { collector_.add(std::move(rows)); });
      order = parts_.strategy.next(parts_.prompts, collector_.round());
    }
    return parts_.strategy.finish(collector_.round());
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
  double judging_s_ = 0.0;
};

}  // namespace

std::unique_ptr<BatchSource> make_policy_source(const PolicySourceParts& parts) {
  return std::make_unique<PolicySource>(parts);
}

}  // namespace kedge
