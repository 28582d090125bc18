#include "trainer/algorithm/prepare.h"

#include <gtest/gtest.h>

#include "tests/support/groups.h"
#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

TEST(MakePath, HoldsWhatTheLossReads) {
  testing::RandomRows random(4);
  const PolicyRows rows = random.make({.min_tokens = 2});
  const AlgorithmConfig config = testing::algorithm("{preset: trl}");
  const PreparedBatch batch = prepare_batch(config, rows);
  const UpdatePlan plan = plan_update(config, rows, batch, {0, 2});
  for (int64_t i = 0; i < rows.num_rows(); ++i) {
    const PackedPath path = make_path(rows, batch, plan, i);
    ASSERT_EQ(static_cast<int64_t>(path.trained.size()), rows.length(i));
    EXPECT_EQ(path.trajectory, i);
    for (size_t t = 0; t < path.trained.size(); ++t) {
      const size_t at = rows.begin[i] + t;
      EXPECT_EQ(path.trained[t], rows.group[i] < 2 && batch.mask[at]);
      EXPECT_EQ(path.advantage[t], static_cast<float>(batch.advantage[at]));
      EXPECT_EQ(path.correction[t], static_cast<float>(batch.weight[at]));
      EXPECT_EQ(path.old_logprob[t], static_cast<float>(rows.old_logprob.wide[at]));
      EXPECT_EQ(path.coefficient[t], plan.coefficient[i]);
    }
  }
}

TEST(MakePath, RejectedRowsAreNotTrained) {
  testing::RandomRows random(5);
  const PolicyRows rows = random.make({.min_tokens = 1, .masked = 0});
  const AlgorithmConfig config = testing::algorithm(
      "{preset: verl, correction: {kind: geometric_reject, low: 0.999, high: 1.001}}");
  const PreparedBatch batch = prepare_batch(config, rows);
  const UpdatePlan plan = plan_update(config, rows, batch, {0, rows.num_groups});
  int64_t trained = 0;
  for (int64_t i = 0; i < rows.num_rows(); ++i) {
    for (const uint8_t t : make_path(rows, batch, plan, i).trained) trained += t;
  }
  EXPECT_EQ(trained, plan.trained_tokens);
  EXPECT_LT(trained, rows.num_tokens());
}

TEST(AdvantageTable, HasOneEntryPerTrajectory) {
  std::vector<ScoredGroup> groups(1);
  groups[0].group = testing::plain_group(3, {5, 6}, {{1, 2}, {3}, {4}});
  groups[0].group.trajectories[1].role = TrajectoryRole::reference;
  for (const double score : {1.0, 7.0, 0.0}) {
    groups[0].scores.push_back({{}, Verdict::scored(score), score});
  }
  AlgorithmConfig config;
  config.advantage.scale = AdvantageScale::none;
  const PolicyRows rows = policy_rows(groups, nullptr);
  const AdvantageTable table = advantage_table(groups, rows, testing::advantages_of(config, rows));
  EXPECT_EQ(table.value[0], (std::vector<double>{0.5, 0, -0.5}));
  EXPECT_EQ(table.used[0], (std::vector<bool>{true, false, true}));
  EXPECT_EQ(table.details[0]["baseline"], 0.5);
}

}  // namespace
}  // namespace kedge
