#include "trainer/algorithm/prepare.h"

#include <gtest/gtest.h>

#include "tests/support/groups.h"
#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

TEST(PlanUpdate, CountsTheRowsOfItsGroupsOnly) {
  testing::RandomRows random(1);
  const PolicyRows rows = random.make({.min_tokens = 1});
  const AlgorithmConfig config = testing::algorithm("{preset: verl}");
  const PreparedBatch batch = prepare_batch(config, rows);
  const UpdatePlan all = plan_update(config, rows, batch, {0, 4});
  const UpdatePlan first = plan_update(config, rows, batch, {0, 2});
  const UpdatePlan second = plan_update(config, rows, batch, {2, 4});
  EXPECT_EQ(first.trained_tokens + second.trained_tokens, all.trained_tokens);
  EXPECT_EQ(first.metrics.rows + second.metrics.rows, all.metrics.rows);
  EXPECT_EQ(first.metrics.groups, 2);
  for (int64_t i = 0; i < rows.num_rows(); ++i) {
    const bool in_first = rows.group[i] < 2;
    EXPECT_EQ(first.coefficient[i] == 0, !in_first || all.coefficient[i] == 0);
    if (first.coefficient[i] != 0) {
      EXPECT_DOUBLE_EQ(first.coefficient[i], 1.0 / static_cast<double>(first.trained_tokens));
    }
  }
}

TEST(PlanUpdate, ShrinkingDenominatorsNeedNewLogprobs) {
  testing::RandomRows random(2);
  const PolicyRows rows = random.make({.min_tokens = 1, .drift = 1.0});
  const AlgorithmConfig config = testing::algorithm(
      "{preset: verl, off_policy_mask: 0.05, correction: {denominator: shrink}}");
  ASSERT_TRUE(needs_scoring_pass(config));
  const PreparedBatch batch = prepare_batch(config, rows);
  EXPECT_THROW(plan_update(config, rows, batch, {0, 4}), InvariantError);
  const testing::Evaluation e = testing::evaluate(config, rows);
  EXPECT_GT(e.metrics.rejected, 0);
  EXPECT_EQ(static_cast<double>(e.plan.trained_tokens), e.metrics.tokens);
  for (const double c : e.plan.coefficient) {
    EXPECT_TRUE(c == 0 || std::abs(c * e.metrics.tokens - 1) < 1e-12);
  }
}

TEST(PlanUpdate, WeightMetrics) {
  testing::RandomRows random(3);
  const PolicyRows rows = random.make({.min_tokens = 1});
  const AlgorithmConfig config =
      testing::algorithm("{preset: verl, correction: {kind: token_mask, low: 0.9, high: 1.1}}");
  const testing::Evaluation e = testing::evaluate(config, rows);
  double sum = 0.0;
  double zero = 0.0;
  for (size_t t = 0; t < rows.mask.size(); ++t) {
    sum += e.batch.weight[t];
    zero += e.batch.mask[t] && e.batch.weight[t] == 0;
  }
  EXPECT_TRUE(e.plan.metrics.corrected);
  EXPECT_DOUBLE_EQ(e.plan.metrics.weight_sum, sum);
  EXPECT_EQ(e.plan.metrics.weight_zero, zero);
  EXPECT_LE(e.plan.metrics.weight_max, 1.1);
}

TEST(PrepareUpdate, GoesFromGroupsToAPlan) {
  std::vector<ScoredGroup> groups(1);
  groups[0].group = testing::plain_group(3, {5, 6}, {{1, 2}, {3}});
  for (const double score : {1.0, 0.0}) {
    groups[0].scores.push_back({{}, Verdict::scored(score), score});
  }
  const AlgorithmConfig config = testing::algorithm("{preset: gspo}");
  const PreparedUpdate update = prepare_update(config, groups, nullptr);
  EXPECT_EQ(update.plan.trained_tokens, 3);
  EXPECT_EQ(update.plan.coefficient, (std::vector<double>{1.0 / 4, 1.0 / 2}));
  EXPECT_GT(update.batch.row_advantage[0], 0);
}

}  // namespace
}  // namespace kedge
