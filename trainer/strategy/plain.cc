// Plain sampling: one round, samples_per_prompt answers to each of prompts_per_step prompts.
#include "trainer/strategy/table.h"

namespace kedge {
namespace {

struct NoSettings {};
template <class V>
void visit(V&, NoSettings&) {}

SampleItem sample_item(const PromptVisit& visit, const StrategyContext& context) {
  SampleItem item;
  item.group = {Purpose::sample, visit.prompt->ordinal, visit.visit};
  item.context = visit.prompt->tokens;
  item.fork = static_cast<int32_t>(item.context.size());
  item.num_samples = context.rollout.samples_per_prompt;
  item.sampling = context.sampling;
  return item;
}

class PlainStrategy : public RolloutStrategy {
 public:
  explicit PlainStrategy(const StrategyContext& context) : context_(context) {}

  RolloutOrder first(PromptSource& prompts, int64_t step) override {
    RolloutOrder order;
    order.id = static_cast<uint64_t>(step);
    for (const PromptVisit& visit : prompts.draw(context_.rollout.prompts_per_step)) {
      order.samples.push_back(sample_item(visit, context_));
      order.prompts[order.samples.back().group] = visit.prompt;
    }
    return order;
  }

  std::optional<RolloutOrder> next(PromptSource&, const RoundResult&) override { return {}; }

  std::vector<ScoredGroup> finish(RoundResult round) override { return std::move(round.groups); }

  json save() const override { return json::object(); }
  void load(const json&) override {}

 private:
  StrategyContext context_;
};

}  // namespace

StrategyEntry plain_strategy() {
  return {"plain", "samples_per_prompt independent answers to every prompt, one round",
          [](const StrategyContext& context, const std::string& path) {
            NoSettings settings;
            bind(context.rollout.strategy.settings, settings, path);
            return std::unique_ptr<RolloutStrategy>(std::make_unique<PlainStrategy>(context));
          },
          [] { return describe(NoSettings{}); }};
}

}  // namespace kedge
