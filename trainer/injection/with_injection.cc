#include "trainer/injection/with_injection.h"

#include <algorithm>

#include "core/error.h"
#include "trainer/advantage/statistics.h"
#include "trainer/anchors/with_anchors.h"
#include "trainer/strategy/decorator.h"

namespace kedge {
namespace {

class InjectedStrategy : public StrategyDecorator {
 public:
  InjectedStrategy(std::unique_ptr<RolloutStrategy> inner, const InjectionConfig& config,
                   AnchorStore& store, Injections& injections)
      : StrategyDecorator(std::move(inner)),
        config_(config),
        store_(store),
        injections_(injections) {}

  RolloutOrder first(PromptSource& prompts, int64_t step) override {
    RolloutOrder order = inner_->first(prompts, step);
    rows_.clear();
    for (SampleItem& item : order.samples) {
      if (item.role == TrajectoryRole::train) replace_samples(item, *order.prompts.at(item.group));
    }
    return order;
  }

  std::vector<ScoredGroup> finish(RoundResult round) override {
    auto groups = inner_->finish(std::move(round));
    for (ScoredGroup& scored : groups) inject(scored);
    return groups;
  }

 private:
  void replace_samples(SampleItem& item, const Prompt& prompt) {
    const AnchorRecord* record = store_.find(prompt);
    KEDGE_CHECK(record != nullptr, "[injection] prompt ", prompt.id, " has no record yet");
    const std::vector<double> metrics = judged_metrics(*record);
    if (metrics.empty() || mean_of(metrics) > config_.when_accuracy) return;
    std::vector<Row> rows = injections_.correct(prompt);
    rows.resize(std::min<size_t>(rows.size(), config_.per_group));
    item.num_samples -= static_cast<int32_t>(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      rows[i].stream = item.first_stream + static_cast<uint32_t>(item.num_samples) + i;
    }
    if (!rows.empty()) rows_[item.group] = std::move(rows);
  }

  // Scores stay empty: the collector judges given answers with the rest of the step.
  void inject(ScoredGroup& scored) {
    const auto found = rows_.find(scored.group.key);
    if (found == rows_.end()) return;
    for (const Row& row : found->second) {
      const auto index = static_cast<int32_t>(scored.group.rows.size());
      scored.group.rows.push_back(row);
      scored.group.trajectories.push_back({{index}, TrajectoryRole::train});
      scored.scores.emplace_back();
      metrics_.add("injection/rows", 1.0, Reduce::sum);
    }
    metrics_.add("injection/groups", 1.0, Reduce::sum);
    validate(scored.group);
  }

  const InjectionConfig config_;
  AnchorStore& store_;
  Injections& injections_;
  std::map<GroupKey, std::vector<Row>> rows_;  // of the pass, by group
};

}  // namespace

std::unique_ptr<RolloutStrategy> with_injection(std::unique_ptr<RolloutStrategy> strategy,
                                                const InjectionConfig& config, AnchorStore& store,
                                                Injections& injections) {
  return std::make_unique<InjectedStrategy>(std::move(strategy), config, store, injections);
}

}  // namespace kedge
