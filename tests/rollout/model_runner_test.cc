#include "rollout/model_runner.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/rollout/support/engine_fixture.h"

namespace kedge {
namespace {

class ModelRunnerTest : public ::testing::Test {
 protected:
  ModelRunnerTest() { runner_.use(model_.parameters); }
  Sequence sequence(std::vector<Token> tokens, WeightId weights) {
    Sequence s;
    s.tokens = std::move(tokens);
    s.set = weights.set;
    s.kv.weights = weights;
    return s;
  }
  void compute(Sequence& s, int32_t end) {
    Pass plan;
    ASSERT_TRUE(pool_.reserve(s.kv, end, plan.copies));
    plan.chunks = {{&s, s.kv.length, end}};
    runner_.run(plan);
    s.kv.length = end;
  }
  std::vector<float> last_logits(size_t index = 0) {
    const std::span<const float> logits = runner_.logits(index);
    return {logits.begin(), logits.end()};
  }
  test::TinyModel model_;
  BlockPool pool_{16};
  ModelRunner runner_{model_.machine.context, model_.transformer, 16};
};

TEST_F(ModelRunnerTest, ChunksGiveTheLogitsOfTheWhole) {
  Sequence s = sequence(test::random_tokens(40, 250, 1), model_.parameters.id());
  for (const int32_t end : {7, 16, 33}) {
    compute(s, end);
    EXPECT_EQ(runner_.num_logits(), 0u);
  }
  compute(s, 40);
  EXPECT_EQ(last_logits(), test::logits_after(model_, model_.parameters, s.tokens));
  EXPECT_THROW(runner_.logits(1), InvariantError);
}

TEST_F(ModelRunnerTest, BytesAreThoseOfLogitsAndHiddenStates) {
  const ModelConfig& config = model_.transformer.config();
  EXPECT_EQ(ModelRunner::bytes_for(config, 3, 10),
            4 * (3 * config.vocab + (13 + 3) * config.hidden));
}

TEST_F(ModelRunnerTest, ACopiedBlockLeavesTheOriginalAlone) {
  Sequence first = sequence(test::random_tokens(25, 250, 1), model_.parameters.id());
  compute(first, 25);
  Sequence second = sequence(first.tokens, first.kv.weights);
  second.kv = pool_.share(first.kv, 20);
  second.tokens.resize(20);
  second.tokens.push_back(3);
  second.tokens.push_back(4);
  compute(second, 22);
  EXPECT_EQ(last_logits(), test::logits_after(model_, model_.parameters, second.tokens));
  first.tokens.push_back(9);
  compute(first, 26);
  EXPECT_EQ(last_logits(), test::logits_after(model_, model_.parameters, first.tokens));
}

TEST_F(ModelRunnerTest, SetsRunSideBySideInPlanOrder) {
  const Parameters initial = model_.other_weights(5, {WeightSet::initial, 0});
  runner_.use(initial);
  Sequence a = sequence(test::random_tokens(6, 250, 1), initial.id());
  Sequence b = sequence(test::random_tokens(9, 250, 2), model_.parameters.id());
  Sequence c = sequence(test::random_tokens(5, 250, 3), initial.id());
  Pass plan;
  for (Sequence* s : {&a, &b, &c}) {
    ASSERT_TRUE(pool_.reserve(s->kv, s->length(), plan.copies));
    plan.chunks.push_back({s, 0, s->length()});
  }
  runner_.run(plan);
  ASSERT_EQ(runner_.num_logits(), 3u);
  EXPECT_EQ(last_logits(0), test::logits_after(model_, initial, a.tokens));
  EXPECT_EQ(last_logits(1), test::logits_after(model_, model_.parameters, b.tokens));
  EXPECT_EQ(last_logits(2), test::logits_after(model_, initial, c.tokens));
}

TEST_F(ModelRunnerTest, KvOfOtherWeightsIsAnError) {
  Sequence s = sequence({1, 2, 3}, {WeightSet::policy, 8});
  Pass plan;
  ASSERT_TRUE(pool_.reserve(s.kv, 3, plan.copies));
  plan.chunks = {{&s, 0, 3}};
  EXPECT_THROW(runner_.run(plan), InvariantError);
}

}  // namespace
}  // namespace kedge
