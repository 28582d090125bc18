#include <gtest/gtest.h>

#include "core/error.h"
#include "rollout/sources/sources.h"
#include "trainer/strategy/table.h"

namespace kedge {
namespace {

StrategyContext context_with(int prompts, int samples) {
  StrategyContext context;
  context.rollout.prompts_per_step = prompts;
  context.rollout.samples_per_prompt = samples;
  context.sampling = context.rollout.sampling();
  context.sampling.stop_ids = {256};
  return context;
}

TEST(PlainStrategy, AsksForEveryPromptOnceInOneRound) {
  const auto tokenizer = Tokenizer::bytes({"<eos>"});
  SourceConfig config;
  config.task = "sums";
  const auto prompts = make_prompt_source(config, {*tokenizer, 1, 60, Side::train}, "data.train");
  const auto strategy = make_strategy(context_with(3, 5));
  const RolloutOrder order = strategy->first(*prompts, 8);
  EXPECT_EQ(order.id, 8u);
  ASSERT_EQ(order.samples.size(), 3u);
  for (const SampleItem& item : order.samples) {
    EXPECT_EQ(item.group.purpose, Purpose::sample);
    EXPECT_EQ(item.num_samples, 5);
    EXPECT_EQ(item.context, order.prompts.at(item.group)->tokens);
    EXPECT_EQ(item.fork, static_cast<int32_t>(item.context.size()));
    EXPECT_EQ(item.sampling.stop_ids, std::vector<Token>{256});
  }
  EXPECT_FALSE(strategy->next(*prompts, {}).has_value());
  RoundResult round;
  round.groups.resize(2);
  EXPECT_EQ(strategy->finish(round).size(), 2u);
}

TEST(PlainStrategy, HasNoSettings) {
  StrategyContext context = context_with(1, 1);
  context.rollout.strategy.settings = parse_yaml("{width: 3}", "t.yaml");
  EXPECT_THROW(make_strategy(context), ConfigError);
}

}  // namespace
}  // namespace kedge
