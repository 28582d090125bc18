#include "trainer/anchors/with_anchors.h"

#include <gtest/gtest.h>

#include "tests/support/prompt_lists.h"
#include "trainer/strategy/table.h"

namespace kedge {
namespace {

using testing::PromptList;
using testing::StrategyBench;

StrategyContext two_by_two() {
  StrategyContext context;
  context.rollout.prompts_per_step = 2;
  context.rollout.samples_per_prompt = 2;
  return context;
}

AnchorSettings three_samples(int64_t refresh_every = 0) {
  AnchorSettings settings;
  settings.samples = 3;
  settings.refresh_every = refresh_every;
  return settings;
}

// The policy is right in its first sample, the reference in its first two.
std::string answer(const SampleItem& item, int sample) {
  const bool reference = item.group.purpose == Purpose::reference;
  const bool right = sample < (reference ? 2 : 1);
  return right ? std::to_string(item.group.prompt) : "wrong";
}

struct Bench : StrategyBench {
  explicit Bench(const AnchorSettings& settings)
      : StrategyBench(answer),
        store(real_files(), settings, {}),
        strategy(with_anchors(make_strategy(two_by_two()), store)) {}
  AnchorStore store;
  std::unique_ptr<RolloutStrategy> strategy;
};

TEST(WithAnchors, WidensTheFirstRoundAndGivesEveryGroupItsRecord) {
  Bench bench(three_samples());
  PromptList prompts(*bench.tokenizer, 4, 2);
  const auto groups = bench.step(*bench.strategy, prompts, 0);
  ASSERT_EQ(bench.orders.size(), 1u);
  EXPECT_EQ(bench.ordered(Purpose::sample), 4);
  EXPECT_EQ(bench.ordered(Purpose::reference), 6);
  for (const SampleItem& item : bench.orders[0].samples) {
    const bool reference = item.group.purpose == Purpose::reference;
    EXPECT_EQ(item.weights, reference ? WeightSet::initial : WeightSet::policy);
    EXPECT_EQ(item.role, reference ? TrajectoryRole::reference : TrajectoryRole::train);
  }
  ASSERT_EQ(groups.size(), 2u);  // reference samples are out of the groups
  for (const ScoredGroup& scored : groups) {
    EXPECT_EQ(scored.group.key.purpose, Purpose::sample);
    EXPECT_EQ(scored.group.trajectories.size(), 2u);
    ASSERT_TRUE(scored.anchor.has_value());
    EXPECT_EQ(scored.anchor->metrics, (std::vector<double>{1.0, 1.0, 0.0}));
    EXPECT_EQ(scored.anchor->rewards[2], 0.0);
    EXPECT_EQ(scored.anchor->lengths, (std::vector<int32_t>{1, 1, 5}));
    EXPECT_FALSE(scored.anchor->greedy_reward.has_value());
  }
}

TEST(WithAnchors, KnownRecordsCostNothingUntilTheyAreDue) {
  Bench never(three_samples());
  PromptList prompts(*never.tokenizer, 2, 9);
  never.step(*never.strategy, prompts, 0);
  EXPECT_EQ(never.step(*never.strategy, prompts, 1)[1].anchor->metrics.size(), 3u);
  EXPECT_EQ(never.ordered(Purpose::reference), 0);

  Bench twice(three_samples(2));
  PromptList again(*twice.tokenizer, 2, 9);
  for (int64_t step = 0; step < 4; ++step) {
    twice.step(*twice.strategy, again, step);
    EXPECT_EQ(twice.ordered(Purpose::reference), step % 2 == 0 ? 6 : 0) << step;
  }
  EXPECT_EQ(twice.orders[0].samples[0].group.visit, 3u);
}

TEST(WithAnchors, AGreedyAnswerIsARoleOfItsOwn) {
  AnchorSettings settings = three_samples();
  settings.samples = 0;
  settings.greedy = true;
  Bench bench(settings);
  PromptList prompts(*bench.tokenizer, 2, 1);
  const auto groups = bench.step(*bench.strategy, prompts, 0);
  EXPECT_EQ(bench.ordered(Purpose::reference), 2);
  const SampleItem& greedy = bench.orders[0].samples.back();
  EXPECT_TRUE(greedy.sampling.greedy);
  EXPECT_EQ(greedy.role, TrajectoryRole::greedy);
  EXPECT_EQ(groups[0].anchor->greedy_reward, 1.0);
  EXPECT_TRUE(groups[0].anchor->rewards.empty());
}

TEST(WithAnchors, ASourceWithoutEndLeavesNothingInMemory) {
  Bench bench(three_samples());
  PromptList prompts(*bench.tokenizer, 0, 0);
  EXPECT_TRUE(bench.step(*bench.strategy, prompts, 0)[0].anchor.has_value());
  EXPECT_EQ(bench.store.size(), 0u);
}

TEST(WithAnchors, FailedSamplesAreNoMetrics) {
  AnchorRecord record;
  record.rewards = {1.0, std::nullopt, 0.0};
  record.metrics = {1.0, 0.0, 0.25};
  EXPECT_EQ(judged_metrics(record), (std::vector<double>{1.0, 0.25}));
}

TEST(WithAnchors, StateHoldsTheStoreAndTheStrategyInside) {
  Bench bench(three_samples());
  PromptList prompts(*bench.tokenizer, 2, 9);
  bench.step(*bench.strategy, prompts, 0);
  Bench other(three_samples());
  other.strategy->load(bench.strategy->save());
  EXPECT_EQ(other.strategy->save(), bench.strategy->save());
  other.step(*other.strategy, prompts, 1);
  EXPECT_EQ(other.ordered(Purpose::reference), 0);
}

}  // namespace
}  // namespace kedge
