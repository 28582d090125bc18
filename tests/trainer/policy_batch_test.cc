#include <gtest/gtest.h>

#include "tests/support/groups.h"
#include "tests/support/small_models.h"
#include "trainer/policy_source.h"

namespace kedge {
namespace {

struct Bench {
  Bench()
      : ops(reference_operators()),
        transformer(test::small_config(), ops),
        parameters(test::small_config(), Parameters::Gradients::yes) {
    test::randomize(parameters, 3);
    parameters.refresh(machine.context, ops);
    LearnerOptions options;
    options.loss = config.algorithm;
    learner = std::make_unique<Learner>(machine.context, transformer, parameters, options);
  }
  // Groups with right and wrong answers of different lengths.
  std::vector<ScoredGroup> groups() const {
    std::vector<ScoredGroup> out;
    for (uint64_t g = 0; g < 5; ++g) {
      ScoredGroup scored{testing::plain_group(g, {1, 2}, {{3, 4}, {5, 6, 7}}), {}, {}};
      for (const double reward : {1.0, 0.0}) {
        TrajectoryScore score{{Verdict::scored(reward)}, Verdict::scored(reward), reward};
        scored.scores.push_back(score);
      }
      out.push_back(std::move(scored));
    }
    return out;
  }

  RunConfig config;
  test::Machine machine;
  Operators ops;
  Transformer transformer;
  Parameters parameters;
  std::unique_ptr<Learner> learner;
};

TEST(PolicyBatch, CutsTheGroupsIntoContiguousSharesPerPass) {
  Bench bench;
  bench.config.train.minibatches_per_batch = 2;
  bench.config.train.passes_per_batch = 2;
  const auto batch = make_policy_batch(bench.config, bench.groups(), {});
  ASSERT_EQ(batch->num_updates(), 4);
  const std::vector<std::vector<int32_t>> expected = {{0, 1}, {2, 3, 4}, {0, 1}, {2, 3, 4}};
  for (int u = 0; u < 4; ++u) {
    const UpdateInput input = batch->input(u, *bench.learner);
    std::vector<int32_t> seen;
    for (const GroupPaths& group : input.groups) seen.push_back(group.paths.front().group);
    EXPECT_EQ(seen, expected[u]);
    EXPECT_EQ(input.first_of_batch, u == 0);
  }
}

TEST(PolicyBatch, OneNormaliserPerUpdateAndAdvantagesOfTheWholeStep) {
  Bench bench;
  bench.config.train.minibatches_per_batch = 5;
  const auto batch = make_policy_batch(bench.config, bench.groups(), {});
  const UpdateInput input = batch->input(1, *bench.learner);
  ASSERT_EQ(input.groups.size(), 1u);
  double sum = 0.0;
  for (const PackedPath& path : input.groups[0].paths) {
    for (const double c : path.coefficient) sum += c;
  }
  EXPECT_NEAR(sum, 1.0, 1e-12);  // token_mean: 5 tokens of 1/5
  EXPECT_GT(input.groups[0].paths[0].advantage[0], 0.0f);
  EXPECT_LT(input.groups[0].paths[1].advantage[0], 0.0f);
  EXPECT_EQ(input.groups[0].paths[0].old_logprob, batch->groups()[1].group.rows[1].policy_logprob);
}

TEST(PolicyBatch, ScoringPassFillsTheNewLogProbs) {
  Bench bench;
  bench.config.algorithm.off_policy_mask = 1e-9;  // rejects whatever drifted
  bench.config.algorithm.correction.kind = "token_mask";
  bench.config.algorithm.correction.low = 0.5;
  bench.config.algorithm.correction.high = 2.0;
  bench.config.algorithm.correction.denominator = CorrectionDenominator::shrink;
  ASSERT_TRUE(needs_scoring_pass(bench.config.algorithm));
  auto groups = bench.groups();
  const auto batch = make_policy_batch(bench.config, groups, {});
  const UpdateInput input = batch->input(0, *bench.learner);
  // Made-up sampler log-probs are far above the learner's, so every wrong answer is rejected, and
  // the denominator is that of the ten tokens left of twenty-five.
  for (const GroupPaths& group : input.groups) {
    EXPECT_DOUBLE_EQ(group.paths[0].coefficient[0], 0.1);
    EXPECT_EQ(group.paths[1].coefficient[0], 0.0);
  }
}

TEST(PolicyBatch, WithoutTrainedTokensTheLearnerSeesNothing) {
  Bench bench;
  auto groups = bench.groups();
  for (ScoredGroup& scored : groups) {
    for (TrajectoryScore& score : scored.scores) score.total = Verdict::abstained("no judge");
  }
  const auto batch = make_policy_batch(bench.config, groups, {});
  UpdateInput input = batch->input(0, *bench.learner);
  EXPECT_TRUE(input.groups.empty());
  EXPECT_EQ(bench.learner->update(std::move(input)).result, UpdateResult::no_signal);
}

}  // namespace
}  // namespace kedge
