#include "trainer/step_metrics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/groups.h"

namespace kedge {
namespace {

ScoredGroup scored(std::vector<std::vector<Token>> answers, std::vector<double> rewards) {
  ScoredGroup out{testing::plain_group(0, {1, 2, 3}, answers), {}, {}};
  for (const double reward : rewards) {
    TrajectoryScore score;
    score.components = {Verdict::scored(reward)};
    score.total = Verdict::scored(2.0 * reward);
    out.scores.push_back(score);
  }
  return out;
}

TEST(StepMetrics, HaveTheNamesOfVerlAndTrl) {
  std::vector<ScoredGroup> groups = {scored({{5}, {5, 6, 7}}, {0.0, 1.0}),
                                     scored({{5, 6}, {5, 6}}, {1.0, 1.0})};
  groups[1].group.rows[2].stop = StopReason::length;
  groups[1].scores[1].components[0] = Verdict::failed("broken");
  groups[1].scores[1].total = Verdict::abstained("broken");
  MetricSet metrics;
  add_group_metrics(groups, {"exact"}, metrics);
  const MetricValues v = metrics.flatten();
  EXPECT_DOUBLE_EQ(v.at("response_length/mean"), 2.0);
  EXPECT_DOUBLE_EQ(v.at("response_length/max"), 3.0);
  EXPECT_DOUBLE_EQ(v.at("response_length/min"), 1.0);
  EXPECT_DOUBLE_EQ(v.at("response_length/clip_ratio"), 0.25);
  EXPECT_DOUBLE_EQ(v.at("prompt_length/mean"), 3.0);
  EXPECT_DOUBLE_EQ(v.at("critic/rewards/mean"), 4.0 / 3.0);
  EXPECT_DOUBLE_EQ(v.at("critic/rewards/max"), 2.0);
  EXPECT_DOUBLE_EQ(v.at("reward/unjudged"), 0.25);
  EXPECT_DOUBLE_EQ(v.at("rewards/exact/mean"), 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(v.at("rewards/exact/std"), std::sqrt(2.0 / 9.0));
  EXPECT_DOUBLE_EQ(v.at("rewards/exact/share_error"), 0.25);
  EXPECT_DOUBLE_EQ(v.at("frac_reward_zero_std"), 0.5);  // the second group has one total
  EXPECT_EQ(tokens_processed(groups), 4 * 3 + 1 + 3 + 2 + 2);
}

TEST(StepMetrics, TellWhatTheReferenceDoes) {
  std::vector<ScoredGroup> groups = {scored({{5}}, {1.0}), scored({{6}}, {1.0})};
  AnchorRecord record;
  record.rewards = {1.0, std::nullopt, 0.0};
  record.metrics = {1.0, 0.0, 0.5};
  record.lengths = {2, 3, 4};
  record.greedy_reward = 0.25;
  groups[1].anchor = record;
  MetricSet metrics;
  add_anchor_metrics(groups, metrics);
  const MetricValues v = metrics.flatten();
  EXPECT_DOUBLE_EQ(v.at("anchor/reward/mean"), 0.5);  // a failed reward is not a 0
  EXPECT_DOUBLE_EQ(v.at("anchor/metric/mean"), 0.5);
  EXPECT_DOUBLE_EQ(v.at("anchor/length/mean"), 3.0);
  EXPECT_DOUBLE_EQ(v.at("anchor/greedy/mean"), 0.25);
}

TEST(StepMetrics, CountUpdatesByWhatBecameOfThem) {
  MetricSet metrics;
  UpdateReport report;
  report.grad_norm = 2.0;
  report.learning_rate = 0.5;
  add_update_metrics(report, metrics);
  report.result = UpdateResult::no_signal;
  report.grad_norm = 0.0;
  add_update_metrics(report, metrics);
  report.result = UpdateResult::not_finite;
  add_update_metrics(report, metrics);
  const MetricValues v = metrics.flatten();
  EXPECT_EQ(v.at("update/applied"), 1.0);
  EXPECT_EQ(v.at("update/without_signal"), 1.0);
  EXPECT_EQ(v.at("update/not_finite"), 1.0);
  EXPECT_EQ(v.at("actor/grad_norm"), 1.0);  // steps without a signal count as 0
  EXPECT_EQ(v.at("actor/lr"), 0.5);
}

}  // namespace
}  // namespace kedge
