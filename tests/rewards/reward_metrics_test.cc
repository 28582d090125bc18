#include "rewards/reward_metrics.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

TrajectoryScore score_of(const Verdict& first, const Verdict& second) {
  TrajectoryScore score;
  score.components = {first, second};
  score.total = first;
  return score;
}

ScoredGroup group_of(const std::vector<double>& scores) {
  ScoredGroup group;
  for (const double score : scores) {
    group.group.trajectories.emplace_back();
    group.scores.push_back(score_of(Verdict::scored(score), Verdict::failed("x")));
  }
  return group;
}

TEST(RewardMetrics, SummariseScoredRowsOnly) {
  const Verdict verdicts[] = {Verdict::scored(1), Verdict::scored(0), Verdict::scored(1),
                              {VerdictKind::timeout, 0, "late"}};
  const VerdictSummary summary = summarize(verdicts);
  EXPECT_DOUBLE_EQ(*summary.mean, 2.0 / 3);
  EXPECT_DOUBLE_EQ(*summary.std, std::sqrt(2.0 / 9));
  EXPECT_EQ(summary.share_score, 0.75);
  EXPECT_EQ(summary.share_timeout, 0.25);
  EXPECT_FALSE(summarize(std::span(&verdicts[3], 1)).mean);
}

TEST(RewardMetrics, AreNamedByComponent) {
  MetricSet metrics;
  const ScoredGroup groups[] = {group_of({1, 1}), group_of({0, 1})};
  add_reward_metrics({"a", "b"}, groups, metrics);
  const MetricValues values = metrics.flatten();
  EXPECT_DOUBLE_EQ(values.at("rewards/a/mean"), 0.75);
  EXPECT_DOUBLE_EQ(values.at("rewards/a/std"), std::sqrt(0.1875));
  EXPECT_EQ(values.at("rewards/b/share_error"), 1.0);
  EXPECT_FALSE(values.contains("rewards/b/mean"));
  EXPECT_DOUBLE_EQ(values.at("critic/rewards/mean"), 0.75);
  EXPECT_EQ(values.at("critic/rewards/max"), 1.0);
  EXPECT_EQ(values.at("frac_reward_zero_std"), 0.5);
  EXPECT_EQ(values.at("frac_length_only_groups"), 0.5);  // equal metrics, other totals
}

TEST(RewardMetrics, OnlyTrainedTrajectoriesCount) {
  ScoredGroup group = group_of({1, 0});
  group.group.trajectories[1].role = TrajectoryRole::greedy;
  MetricSet metrics;
  add_reward_metrics({"a", "b"}, std::span(&group, 1), metrics);
  EXPECT_EQ(metrics.flatten().at("rewards/a/mean"), 1.0);
  MetricSet none;
  add_reward_metrics({"a", "b"}, {}, none);
  EXPECT_TRUE(none.empty());
}

}  // namespace
}  // namespace kedge
