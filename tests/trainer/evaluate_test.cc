#include "trainer/evaluate.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/scripted_rollouts.h"

namespace kedge {
namespace {

using testing::ScriptedRollouts;

TEST(PassAtK, IsTheUnbiasedEstimate) {
  EXPECT_EQ(pass_at_k(4, 0, 2), 0.0);
  EXPECT_EQ(pass_at_k(4, 4, 1), 1.0);
  EXPECT_DOUBLE_EQ(pass_at_k(4, 1, 1), 0.25);
  EXPECT_DOUBLE_EQ(pass_at_k(4, 1, 2), 0.5);  // 1 - C(3,2)/C(4,2)
  EXPECT_DOUBLE_EQ(pass_at_k(5, 2, 3), 1.0 - 1.0 / 10.0);
  EXPECT_EQ(pass_at_k(5, 3, 3), 1.0);  // two wrong ones cannot fill three draws
  EXPECT_THROW(pass_at_k(2, 1, 3), InvariantError);
}

TEST(Evaluator, CountsCorrectAnswersOfFixedPrompts) {
  const auto tokenizer = Tokenizer::bytes({"<eos>"});
  RewardConfig reward;
  reward.name = "exact_answer";
  RewardSet rewards({reward});
  const auto one = testing::text_prompt(*tokenizer, 3, "1+1=", "2");
  const auto two = testing::text_prompt(*tokenizer, 8, "1+2=", "3");
  EvaluationOptions options;
  options.samples_per_prompt = 2;
  const Evaluator evaluator({{one, 0}, {two, 0}}, options, *tokenizer, rewards);
  ScriptedRollouts rollouts(*tokenizer, [](const SampleItem& item, int sample) {
    EXPECT_EQ(item.group.purpose, Purpose::eval);
    EXPECT_EQ(item.group.visit, 0u);
    return item.group.prompt == 3 && sample == 0 ? "2" : "40";
  });
  const Evaluation evaluation = evaluator.run(rollouts);
  const MetricValues values = evaluation.metrics.flatten();
  EXPECT_DOUBLE_EQ(values.at("eval/pass@1"), 0.25);
  EXPECT_DOUBLE_EQ(values.at("eval/pass@k"), 0.5);
  EXPECT_DOUBLE_EQ(values.at("eval/rewards/mean"), 0.25);
  EXPECT_DOUBLE_EQ(values.at("eval/rewards/exact_answer/mean"), 0.25);
  EXPECT_DOUBLE_EQ(values.at("eval/response_length/mean"), 1.75);
  ASSERT_EQ(evaluation.groups.size(), 2u);
  EXPECT_EQ(evaluation.groups[0].group.prompt.ordinal, 3u);
}

TEST(Evaluator, TemperatureZeroIsGreedyAndNullIsTheRollouts) {
  RunConfig config;
  config.rollout.temperature = 0.7;
  EXPECT_EQ(evaluation_options(config, {1}).sampling.temperature, 0.7);
  config.train.eval_temperature = 0.0;
  EXPECT_TRUE(evaluation_options(config, {1}).sampling.greedy);
  config.train.eval_temperature = 0.2;
  EXPECT_EQ(evaluation_options(config, {1}).sampling.temperature, 0.2);
  EXPECT_EQ(evaluation_options(config, {9}).sampling.stop_ids, std::vector<Token>{9});
}

}  // namespace
}  // namespace kedge
