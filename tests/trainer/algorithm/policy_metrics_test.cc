#include "trainer/algorithm/policy_metrics.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

TEST(PolicyMetrics, CarryTheNamesOfVerlAndTrl) {
  LossConfig config;
  LossMetrics loss;
  loss.policy_tokens = 10;
  loss.tokens = 10;
  loss.clip_high = 2;
  loss.clip_low = 1;
  loss.kl_old_k1 = 5;
  PlanMetrics plan;
  plan.zero_variance_groups = 0.25;
  const auto values = exported_policy_metrics(config, plan, loss);
  EXPECT_DOUBLE_EQ(values.at("actor/pg_clipfrac"), 0.3);
  EXPECT_DOUBLE_EQ(values.at("clip_ratio/high_mean"), 0.2);
  EXPECT_DOUBLE_EQ(values.at("clip_ratio/low_mean"), 0.1);
  EXPECT_DOUBLE_EQ(values.at("actor/ppo_kl"), 0.5);
  EXPECT_DOUBLE_EQ(values.at("policy/zero_variance_groups"), 0.25);
  EXPECT_FALSE(values.contains("frac_reward_zero_std"));  // of rewards: step_metrics.h
  EXPECT_DOUBLE_EQ(values.at("policy/clip_high"), 0.2);
  EXPECT_FALSE(values.contains("policy/kl_ref"));
  EXPECT_FALSE(values.contains("policy/weight_mean"));
}

TEST(PolicyMetrics, AnEmptyUpdateIsFinite) {
  LossConfig config;
  config.kl.coef = 1;
  config.off_policy_mask = 1.0;
  PlanMetrics plan;
  plan.corrected = true;
  const auto values = policy_metric_values(config, plan, {});
  EXPECT_EQ(values.at("ratio_max"), 1.0);
  EXPECT_EQ(values.at("clip_high"), 0.0);
  for (const auto& [name, value] : values) EXPECT_TRUE(std::isfinite(value)) << name;
}

TEST(PolicyMetrics, ExportedNamesAreUnique) {
  std::set<std::string> names;
  for (const PolicyMetric& metric : policy_metrics()) {
    EXPECT_FALSE(metric.doc.empty()) << metric.name;
    EXPECT_TRUE(names.insert("policy/" + std::string(metric.name)).second) << metric.name;
    for (const auto name : {metric.verl, metric.trl}) {
      if (!name.empty()) {
        EXPECT_TRUE(names.emplace(name).second) << name;
      }
    }
  }
}

}  // namespace
}  // namespace kedge
