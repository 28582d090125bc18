// Prompt sources and whole rounds for tests of strategies: prompts from a list, answers from a
// script.
#pragma once
#include <gtest/gtest.h>

#include "tests/support/scripted_rollouts.h"
#include "trainer/collector.h"
#include "trainer/strategy/strategy.h"

namespace kedge::testing {

// Prompts "0+0=", "1+0=", ... with their number as answer, over and over `epochs` times (0: each
// ordinal once, without end).
class PromptList : public PromptSource {
 public:
  PromptList(const Tokenizer& tokenizer, uint64_t count, uint32_t epochs)
      : tokenizer_(tokenizer), count_(count), epochs_(epochs) {}

  std::vector<PromptVisit> draw(int count) override {
    std::vector<PromptVisit> out;
    for (; count > 0 && (epochs_ == 0 || next_ < count_ * epochs_); --count, ++next_) {
      const uint64_t ordinal = epochs_ == 0 ? next_ : next_ % count_;
      out.push_back({prompt(ordinal), static_cast<uint32_t>(epochs_ == 0 ? 0 : next_ / count_)});
    }
    return out;
  }
  std::vector<PromptVisit> fixed(int count) const override {
    std::vector<PromptVisit> out;
    for (int i = 0; i < count; ++i) out.push_back({prompt(static_cast<uint64_t>(i)), 0});
    return out;
  }
  std::optional<uint64_t> size() const override {
    return epochs_ == 0 ? std::nullopt : std::optional(count_);
  }
  json save() const override { return next_; }
  void load(const json& state) override { next_ = state.get<uint64_t>(); }

  uint64_t drawn() const { return next_; }

 private:
  std::shared_ptr<const Prompt> prompt(uint64_t ordinal) const {
    return text_prompt(tokenizer_, ordinal,
                       std::to_string(ordinal) + "+0=", std::to_string(ordinal));
  }

  const Tokenizer& tokenizer_;
  const uint64_t count_;
  const uint32_t epochs_;
  uint64_t next_ = 0;
};

// A step as PolicySource runs it. Answers are judged by exact_answer.
class StrategyBench {
 public:
  explicit StrategyBench(ScriptedRollouts::Script script)
      : tokenizer(Tokenizer::bytes({"<eos>"})),
        rewards(exact_answer()),
        references(exact_answer()),
        rollouts(*tokenizer, std::move(script)),
        collector(*tokenizer, rewards, &references) {}

  std::vector<ScoredGroup> step(RolloutStrategy& strategy, PromptSource& prompts, int64_t number) {
    orders.clear();
    collector.begin_step(number);
    std::optional<RolloutOrder> order = strategy.first(prompts, number);
    if (order->samples.empty()) return {};
    while (order) {
      orders.push_back(*order);
      collector.ask(*order);
      collector.add(rollouts.run(*order, [&](const FinishedRow& row) { collector.judge(row); }));
      collector.conclude_references();
      order = strategy.next(prompts, collector.round());
    }
    return collector.finish(strategy.finish(collector.round()));
  }

  int64_t ordered(Purpose purpose) const {
    int64_t count = 0;
    for (const RolloutOrder& order : orders) {
      for (const SampleItem& item : order.samples) {
        if (item.group.purpose == purpose) count += item.num_samples;
      }
    }
    return count;
  }

  static RewardSet exact_answer() {
    RewardConfig reward;
    reward.name = "exact_answer";
    return RewardSet({reward});
  }

  std::unique_ptr<Tokenizer> tokenizer;
  RewardSet rewards;
  RewardSet references;
  ScriptedRollouts rollouts;
  Collector collector;
  std::vector<RolloutOrder> orders;  // of the last step
};

}  // namespace kedge::testing
