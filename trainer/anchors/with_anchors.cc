#include "trainer/anchors/with_anchors.h"

#include <set>

#include "core/error.h"
#include "trainer/strategy/decorator.h"

namespace kedge {
namespace {

SampleItem reference_item(const AnchorSettings& settings, const PromptVisit& visit) {
  SampleItem item;
  item.group = {Purpose::reference, visit.prompt->ordinal, visit.visit};
  item.context = visit.prompt->tokens;
  item.fork = static_cast<int32_t>(item.context.size());
  item.num_samples = settings.samples;
  item.sampling = settings.sampling;
  item.weights = settings.weights;
  item.role = TrajectoryRole::reference;
  return item;
}

class AnchoredStrategy : public StrategyDecorator {
 public:
  AnchoredStrategy(std::unique_ptr<RolloutStrategy> inner, AnchorStore& store)
      : StrategyDecorator(std::move(inner)), store_(store) {}

  RolloutOrder first(PromptSource& prompts, int64_t step) override {
    store_.begin_step(step);
    keeps_ = prompts.size().has_value();
    return widened(inner_->first(prompts, step));
  }

  std::optional<RolloutOrder> next(PromptSource& prompts, const RoundResult& round) override {
    auto order = inner_->next(prompts, take_references(round, store_));
    if (order) order = widened(std::move(*order));
    return order;
  }

  std::vector<ScoredGroup> finish(RoundResult round) override {
    auto groups = inner_->finish(take_references(round, store_));
    for (ScoredGroup& scored : groups) {
      const AnchorRecord* record = store_.find(scored.group.prompt);
      KEDGE_CHECK(record != nullptr, "[anchors] prompt ", scored.group.prompt.id,
                  " was sampled and has no record");
      scored.anchor = *record;
    }
    // A source without end brings no prompt twice.
    if (!keeps_) {
      for (const ScoredGroup& scored : groups) store_.forget(scored.group.prompt);
    }
    return groups;
  }

  json save() const override { return {{"inner", inner_->save()}, {"anchors", store_.save()}}; }
  void load(const json& state) override {
    inner_->load(required<json>(state, "inner", "anchored strategy"));
    store_.load(required<json>(state, "anchors", "anchored strategy"));
  }

 private:
  // Reference samples stand behind the policy's: rows of the policy begin first.
  RolloutOrder widened(RolloutOrder order) const {
    std::set<uint64_t> asked;
    for (const auto& [key, prompt] : std::map(order.prompts)) {
      if (key.purpose != Purpose::sample || store_.find(*prompt) != nullptr) continue;
      if (!asked.insert(key.prompt).second) continue;
      order_references(store_.settings(), {prompt, key.visit}, order);
    }
    return order;
  }

  AnchorStore& store_;
  bool keeps_ = true;
};

}  // namespace

std::unique_ptr<RolloutStrategy> with_anchors(std::unique_ptr<RolloutStrategy> strategy,
                                              AnchorStore& store) {
  return std::make_unique<AnchoredStrategy>(std::move(strategy), store);
}

void order_references(const AnchorSettings& settings, const PromptVisit& visit,
                      RolloutOrder& order) {
  SampleItem item = reference_item(settings, visit);
  order.prompts[item.group] = visit.prompt;
  if (settings.samples > 0) order.samples.push_back(item);
  if (!settings.greedy) return;
  item.first_stream = static_cast<uint32_t>(settings.samples);
  item.num_samples = 1;
  item.sampling.greedy = true;
  item.role = TrajectoryRole::greedy;
  order.samples.push_back(std::move(item));
}

RoundResult take_references(const RoundResult& round, AnchorStore& store) {
  RoundResult rest;
  for (const ScoredGroup& scored : round.groups) {
    const Group& group = scored.group;
    if (group.key.purpose != Purpose::reference) {
      rest.groups.push_back(scored);
    } else if (store.find(group.prompt) == nullptr) {
      KEDGE_CHECK(scored.anchor.has_value(), "[anchors] the reference samples of prompt ",
                  group.prompt.id, " are not concluded");
      store.add(group.prompt, group.key.visit, *scored.anchor);
    }
  }
  return rest;
}

std::vector<double> judged_metrics(const AnchorRecord& record) {
  std::vector<double> metrics;
  for (size_t i = 0; i < record.metrics.size(); ++i) {
    if (record.rewards[i]) metrics.push_back(record.metrics[i]);
  }
  return metrics;
}

}  // namespace kedge
