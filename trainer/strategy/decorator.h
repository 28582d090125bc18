// What the decorators of strategies share: the strategy within, and metrics of their own. Without
// more, a decorator remembers nothing between steps and passes everything on.
#pragma once
#include <memory>
#include <utility>

#include "trainer/strategy/strategy.h"

namespace kedge {

class StrategyDecorator : public RolloutStrategy {
 public:
  RolloutOrder first(PromptSource& prompts, int64_t step) override {
    return inner_->first(prompts, step);
  }
  std::optional<RolloutOrder> next(PromptSource& prompts, const RoundResult& round) override {
    return inner_->next(prompts, round);
  }
  std::vector<ScoredGroup> finish(RoundResult round) override {
    return inner_->finish(std::move(round));
  }
  MetricSet take_metrics() override {
    MetricSet all = std::exchange(metrics_, {});
    all.merge(inner_->take_metrics());
    return all;
  }
  json save() const override { return inner_->save(); }
  void load(const json& state) override { inner_->load(state); }

 protected:
  explicit StrategyDecorator(std::unique_ptr<RolloutStrategy> inner) : inner_(std::move(inner)) {}

  const std::unique_ptr<RolloutStrategy> inner_;
  MetricSet metrics_;
};

}  // namespace kedge
