#include "trainer/collector.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/scripted_rollouts.h"

namespace kedge {
namespace {

using testing::ScriptedRollouts;
using testing::text_prompt;

struct Bench {
  Bench() : tokenizer(Tokenizer::bytes({"<eos>"})), rewards(make_rewards()) {
    for (const uint64_t ordinal : {7, 4}) {
      const auto prompt = text_prompt(*tokenizer, ordinal,
                                      std::to_string(ordinal) + "+0=", std::to_string(ordinal));
      SampleItem item;
      item.group = {Purpose::sample, ordinal, 0};
      item.context = prompt->tokens;
      item.fork = static_cast<int32_t>(prompt->tokens.size());
      item.num_samples = 3;
      order.samples.push_back(item);
      order.prompts[item.group] = prompt;
    }
  }
  static RewardSet make_rewards() {
    RewardConfig exact;
    exact.name = "exact_answer";
    return RewardSet({exact});
  }

  std::unique_ptr<Tokenizer> tokenizer;
  RewardSet rewards;
  RolloutOrder order;
};

TEST(Collector, PutsRowsAndVerdictsTogetherInOrderOfAsking) {
  Bench bench;
  Collector collector(*bench.tokenizer, bench.rewards);
  ScriptedRollouts rollouts(*bench.tokenizer,
                            [](const SampleItem&, int sample) { return sample == 1 ? "7" : "4"; });
  collector.begin_step();
  collector.ask(bench.order);
  collector.add(rollouts.run(bench.order, [&](const FinishedRow& row) { collector.judge(row); }));
  const auto groups = collector.finish(collector.round().groups);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].group.key.prompt, 7u);
  EXPECT_EQ(groups[1].group.key.prompt, 4u);
  for (const ScoredGroup& scored : groups) {
    validate(scored.group);
    ASSERT_EQ(scored.scores.size(), 3u);
    for (size_t t = 0; t < 3; ++t) {
      EXPECT_EQ(scored.group.rows[t + 1].stream, t);
      const bool correct = (t == 1) == (scored.group.key.prompt == 7);
      EXPECT_EQ(scored.scores[t].total.score, correct ? 1.0 : 0.0);
      EXPECT_EQ(scored.scores[t].metric, correct ? 1.0 : 0.0);
    }
  }
}

TEST(Collector, ARoundShowsVerdictsBeforeTheyAreCombined) {
  Bench bench;
  Collector collector(*bench.tokenizer, bench.rewards);
  ScriptedRollouts rollouts(*bench.tokenizer, [](const SampleItem&, int) { return "4"; });
  collector.begin_step();
  collector.ask(bench.order);
  collector.add(rollouts.run(bench.order, [&](const FinishedRow& row) { collector.judge(row); }));
  const RoundResult round = collector.round();
  EXPECT_EQ(round.groups[1].scores[0].components[0].score, 1.0);
  EXPECT_EQ(round.groups[1].scores[0].metric, 1.0);
  EXPECT_FALSE(round.groups[1].scores[0].total.has_score());
}

TEST(Collector, RefusesRowsNobodyAskedForOrJudged) {
  Bench bench;
  Collector collector(*bench.tokenizer, bench.rewards);
  collector.begin_step();
  FinishedRow stranger{0, {Purpose::sample, 99, 0}, testing::sampled_row(0, 4, {50})};
  EXPECT_THROW(collector.judge(stranger), InvariantError);
  collector.ask(bench.order);
  stranger.group.prompt = 7;
  EXPECT_THROW(collector.add({stranger}), InvariantError);
  bench.order.prompts.clear();
  collector.begin_step();
  EXPECT_THROW(collector.ask(bench.order), InvariantError);
}

}  // namespace
}  // namespace kedge
