#include "trainer/policy_source.h"

#include <gtest/gtest.h>

#include "tests/support/scripted_rollouts.h"
#include "trainer/strategy/table.h"

namespace kedge {
namespace {

// Three prompts, once.
class ThreePrompts : public PromptSource {
 public:
  explicit ThreePrompts(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}
  std::vector<PromptVisit> draw(int count) override {
    std::vector<PromptVisit> out;
    while (count-- > 0 && next_ < 3) {
      out.push_back({testing::text_prompt(tokenizer_, next_, "1+1=", "2"), 0});
      ++next_;
    }
    return out;
  }
  std::vector<PromptVisit> fixed(int) const override { return {}; }
  std::optional<uint64_t> size() const override { return 3; }
  SourceCounts counts() const override { return {4, 5}; }
  json save() const override { return next_; }
  void load(const json& state) override { next_ = state.get<uint64_t>(); }

 private:
  const Tokenizer& tokenizer_;
  uint64_t next_ = 0;
};

TEST(PolicySource, MakesBatchesUntilThePromptsEnd) {
  const auto tokenizer = Tokenizer::bytes({"<eos>"});
  RunConfig config;
  config.rollout.prompts_per_step = 2;
  config.rollout.samples_per_prompt = 2;
  ThreePrompts prompts(*tokenizer);
  const auto strategy = make_strategy({config.rollout, config.rollout.sampling()});
  RewardConfig reward;
  reward.name = "exact_answer";
  RewardSet rewards({reward});
  testing::ScriptedRollouts rollouts(
      *tokenizer, [](const SampleItem&, int sample) { return sample == 0 ? "2" : "3"; });
  const auto source = make_policy_source(
      {config, prompts, *strategy, rollouts, *tokenizer, rewards, nullptr, real_clock()});

  MetricSet metrics;
  auto batch = source->next(0, metrics);
  ASSERT_NE(batch, nullptr);
  EXPECT_EQ(batch->groups().size(), 2u);
  const MetricValues values = metrics.flatten();
  EXPECT_DOUBLE_EQ(values.at("critic/rewards/mean"), 0.5);
  EXPECT_EQ(values.at("data/too_long_dropped"), 4.0);
  for (const char* name : {"timing_s/gen", "timing_s/reward"}) EXPECT_GE(values.at(name), 0.0);

  batch = source->next(1, metrics);
  ASSERT_NE(batch, nullptr);
  EXPECT_EQ(batch->groups().size(), 1u);
  EXPECT_EQ(source->next(2, metrics), nullptr);

  StateRegistry registry;
  source->register_state(registry);
  EXPECT_EQ(registry.save().at("prompts"), 3);
}

}  // namespace
}  // namespace kedge
