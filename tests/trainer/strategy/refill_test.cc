#include "trainer/strategy/refill.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/prompt_lists.h"
#include "tests/support/tiny_runs.h"
#include "trainer/anchors/with_anchors.h"
#include "trainer/policy_sampling.h"
#include "trainer/strategy/table.h"

namespace kedge {
namespace {

using testing::PromptList;
using testing::StrategyBench;
using testing::TempDir;
using testing::tiny_run;

std::unique_ptr<RolloutStrategy> plain(int prompts, int samples) {
  StrategyContext context;
  context.rollout.prompts_per_step = prompts;
  context.rollout.samples_per_prompt = samples;
  return make_strategy(context);
}

RefillOptions resampling(int prompts, int batches = 10) {
  RefillOptions options;
  options.prompts_per_step = prompts;
  options.max_batches = batches;
  options.resample_flat = true;
  return options;
}

// Only every third prompt has answers of both kinds.
std::string every_third(const SampleItem& item, int sample) {
  const bool varied = item.group.prompt % 3 == 0;
  return varied && sample == 0 ? std::to_string(item.group.prompt) : "wrong";
}

std::vector<uint64_t> ordinals(const std::vector<ScoredGroup>& groups) {
  std::vector<uint64_t> out;
  for (const ScoredGroup& scored : groups) out.push_back(scored.group.key.prompt);
  return out;
}

TEST(Refill, SamplesOtherPromptsForFlatGroups) {
  StrategyBench bench(every_third);
  PromptList prompts(*bench.tokenizer, 0, 0);
  const auto strategy = with_refill(plain(4, 2), resampling(4), {});
  EXPECT_EQ(ordinals(bench.step(*strategy, prompts, 0)), (std::vector<uint64_t>{0, 3, 6, 9}));
  EXPECT_EQ(prompts.drawn(), 10u);     // never more than were missing
  EXPECT_EQ(bench.orders.size(), 5u);  // 4 + 2 + 1 or 2 ...
  const MetricValues metrics = strategy->take_metrics().flatten();
  EXPECT_EQ(metrics.at("prompts/drawn"), 10.0);
  EXPECT_EQ(metrics.at("prompts/dropped_flat"), 6.0);
  EXPECT_EQ(metrics.at("prompts/missing"), 0.0);
}

TEST(Refill, TheBoundEndsAStepThatIsHalfFullAndStopsALesserOne) {
  StrategyBench bench(every_third);
  PromptList prompts(*bench.tokenizer, 0, 0);
  const auto patient = with_refill(plain(4, 2), resampling(4, 2), {});
  EXPECT_EQ(bench.step(*patient, prompts, 0).size(), 3u);  // of 8 prompts
  EXPECT_EQ(patient->take_metrics().flatten().at("prompts/missing"), 1.0);
  StrategyBench flat([](const SampleItem&, int) { return "wrong"; });
  const auto hopeless = with_refill(plain(4, 2), resampling(4, 2), {});
  try {
    flat.step(*hopeless, prompts, 6);
    ADD_FAILURE() << "went on";
  } catch (const Error& error) {
    const std::string text = error.what();
    for (const char* word : {"step 7", "8 prompts", "max_batches 2 of 4", "dropped_flat 8"}) {
      EXPECT_NE(text.find(word), std::string::npos) << text;
    }
  }
}

TEST(Refill, PromptsThatEndAreTrainedOnAsTheyAre) {
  StrategyBench bench(every_third);
  PromptList prompts(*bench.tokenizer, 5, 1);
  const auto strategy = with_refill(plain(4, 2), resampling(4), {});
  EXPECT_EQ(ordinals(bench.step(*strategy, prompts, 0)), (std::vector<uint64_t>{0, 3}));
  EXPECT_TRUE(bench.step(*strategy, prompts, 1).empty());
}

// Reference accuracy by prompt: 0 always right, 1 never, others half of the time.
std::string by_difficulty(const SampleItem& item, int sample) {
  const uint64_t prompt = item.group.prompt;
  const bool right = prompt == 0 || (prompt > 1 && sample % 2 == 0);
  return right ? std::to_string(prompt) : "wrong";
}

struct FilterBench : StrategyBench {
  explicit FilterBench(FilterRule rule, double low = 0.0, double high = 1.0)
      : StrategyBench(by_difficulty), store(real_files(), settings(), {}) {
    RefillOptions options;
    options.prompts_per_step = 2;
    options.rule = rule;
    options.low = low;
    options.high = high;
    strategy = with_refill(with_anchors(plain(2, 2), store), options, {&store, nullptr});
  }
  static AnchorSettings settings() {
    AnchorSettings settings;
    settings.samples = 4;
    return settings;
  }
  AnchorStore store;
  std::unique_ptr<RolloutStrategy> strategy;
};

TEST(Refill, PvpoAsksOnlyPromptsTheReferenceSolvesNowAndThen) {
  FilterBench bench(FilterRule::pvpo);
  PromptList prompts(*bench.tokenizer, 6, 3);
  const auto groups = bench.step(*bench.strategy, prompts, 0);
  EXPECT_EQ(ordinals(groups), (std::vector<uint64_t>{2, 3}));
  EXPECT_EQ(bench.ordered(Purpose::reference), 16);
  EXPECT_EQ(bench.ordered(Purpose::sample), 4);  // nothing is sampled for what is dropped
  EXPECT_EQ(groups[0].anchor->metrics.size(), 4u);
  const MetricValues metrics = bench.strategy->take_metrics().flatten();
  EXPECT_EQ(metrics.at("prompts/dropped_easy") + metrics.at("prompts/dropped_hard"), 2.0);
  // In the next epoch everything is known: one round.
  bench.step(*bench.strategy, prompts, 1);
  bench.step(*bench.strategy, prompts, 2);
  EXPECT_EQ(bench.ordered(Purpose::reference), 0);
  EXPECT_EQ(bench.orders.size(), 1u);
}

TEST(Refill, KnownPromptsThatAreAllDroppedStopTheRunToo) {
  FilterBench bench(FilterRule::range, 0.9, 1.1);
  PromptList once(*bench.tokenizer, 6, 1);
  bench.step(*bench.strategy, once, 0);  // prompt 0 alone is in range; the prompts end
  AnchorRecord hard;
  hard.rewards = {0.0};
  hard.metrics = {0.0};
  PromptList prompts(*bench.tokenizer, 6, 9);
  for (const PromptVisit& visit : prompts.fixed(6)) bench.store.add(*visit.prompt, 0, hard);
  EXPECT_THROW(bench.strategy->first(prompts, 1), Error);
}

TEST(Refill, RangeReadsTheMeanOfTheReferenceMetrics) {
  FilterBench bench(FilterRule::range, 0.6, 1.1);
  PromptList prompts(*bench.tokenizer, 3, 1);
  EXPECT_EQ(ordinals(bench.step(*bench.strategy, prompts, 0)), (std::vector<uint64_t>{0}));
  EXPECT_EQ(bench.strategy->take_metrics().flatten().at("prompts/dropped_range"), 2.0);
}

TEST(Refill, OptionsComeFromTheAlgorithm) {
  const TempDir temp("refill_options");
  const RewardSet rewards = StrategyBench::exact_answer();
  EXPECT_FALSE(refill_options(tiny_run(temp.path() + "/r"), rewards).has_value());
  const auto dapo =
      refill_options(tiny_run(temp.path() + "/r",
                              {"algorithm.preset=dapo", "algorithm.prompt_filter.max_batches=3"}),
                     rewards);
  ASSERT_TRUE(dapo.has_value());
  EXPECT_TRUE(dapo->resample_flat);
  EXPECT_EQ(dapo->max_batches, 3);
  EXPECT_EQ(dapo->prompts_per_step, 4);
}

}  // namespace
}  // namespace kedge
