#include "trainer/injection/with_injection.h"

#include <gtest/gtest.h>

#include "tests/support/prompt_lists.h"
#include "tests/support/tiny_runs.h"
#include "trainer/anchors/with_anchors.h"
#include "trainer/strategy/refill.h"
#include "trainer/strategy/table.h"

namespace kedge {
namespace {

using testing::PromptList;
using testing::StrategyBench;
using testing::TempDir;

// The reference never solves prompt 0, always 1, and half the others.
std::string script(const SampleItem& item, int sample) {
  const uint64_t prompt = item.group.prompt;
  const bool right = prompt == 1 || (prompt > 1 && sample % 2 == 0);
  return right ? std::to_string(prompt) : "wrong";
}

struct Bench : StrategyBench {
  explicit Bench(double when_accuracy = 0.0, FilterRule rule = FilterRule::pvpo)
      : StrategyBench(script), store(real_files(), settings(), {}) {
    real_files().write_atomic(temp.path() + "/gt.jsonl",
                              "{\"prompt\":\"0+0=\",\"completion\":\"0\",\"logprobs\":[-1,-2]}\n"
                              "{\"prompt\":\"0+0=\",\"completion\":\"0\",\"logprobs\":[-1,-3]}\n"
                              "{\"prompt\":\"2+0=\",\"completion\":\"2\",\"logprobs\":[-1,-2]}\n");
    injections = std::make_unique<Injections>(
        real_files(), *tokenizer, InjectionOptions{temp.path() + "/gt.jsonl", true, 256, 258, 64},
        [this](const Prompt& p, const Row& row) {
          return judge_alone(*tokenizer, references, p, row);
        });
    StrategyContext context;
    context.rollout.prompts_per_step = 3;
    context.rollout.samples_per_prompt = 3;
    InjectionConfig config;
    config.when_accuracy = when_accuracy;
    RefillOptions options;
    options.prompts_per_step = 3;
    options.rule = rule;
    strategy = with_refill(
        with_injection(with_anchors(make_strategy(context), store), config, store, *injections),
        options, {&store, injections.get()});
  }
  static AnchorSettings settings() {
    AnchorSettings settings;
    settings.samples = 2;
    return settings;
  }

  TempDir temp{"with_injection"};
  AnchorStore store;
  std::unique_ptr<Injections> injections;
  std::unique_ptr<RolloutStrategy> strategy;
};

TEST(WithInjection, ReplacesASampleWhereTheReferenceFails) {
  Bench bench;
  PromptList prompts(*bench.tokenizer, 4, 1);
  const auto groups = bench.step(*bench.strategy, prompts, 0);
  ASSERT_EQ(groups.size(), 3u);  // prompts 0, 2, 3; 1 is too easy
  EXPECT_EQ(bench.ordered(Purpose::sample), 8);
  const ScoredGroup& helped = groups[0];
  EXPECT_EQ(helped.group.key.prompt, 0u);
  ASSERT_EQ(helped.group.trajectories.size(), 3u);
  const Row& given = helped.group.rows.back();
  EXPECT_EQ(given.source, RowSource::injected);
  EXPECT_EQ(given.stream, 2u);
  EXPECT_EQ(helped.scores.back().total.score, 1.0);  // judged like the others
  EXPECT_EQ(helped.scores.front().total.score, 0.0);
  EXPECT_EQ(groups[1].group.trajectories.size(), 3u);
  EXPECT_EQ(groups[1].group.rows.back().source, RowSource::policy);
  const MetricValues metrics = bench.strategy->take_metrics().flatten();
  EXPECT_EQ(metrics.at("injection/rows"), 1.0);
  EXPECT_EQ(metrics.at("injection/groups"), 1.0);
}

TEST(WithInjection, TheThresholdIsOnReferenceAccuracy) {
  Bench bench(0.5, FilterRule::none);
  PromptList prompts(*bench.tokenizer, 3, 1);
  const auto groups = bench.step(*bench.strategy, prompts, 0);
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[2].group.rows.back().source, RowSource::injected);  // prompt 2, accuracy 0.5
  EXPECT_EQ(bench.strategy->take_metrics().flatten().at("injection/groups"), 2.0);
}

}  // namespace
}  // namespace kedge
