#include "trainer/algorithm/config.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/advantage/estimator.h"

namespace kedge {
namespace {

std::string refusal(const std::string& yaml) {
  try {
    testing::algorithm(yaml);
  } catch (const ConfigError& e) {
    return e.place();
  }
  return "accepted";
}

TEST(AlgorithmConfig, RefusesConflictsByKey) {
  const auto starts = [](const std::string& yaml, const std::string& key) {
    EXPECT_EQ(refusal(yaml).rfind("algorithm." + key, 0), 0u) << yaml << ": " << refusal(yaml);
  };
  for (const AdvantageEstimator& entry : advantage_estimators()) {
    const std::string yaml =
        "{preset: verl, zero_variance: drop, advantage: {estimator: " + std::string(entry.name) +
        "}}";
    if (entry.flat_is_zero) {
      EXPECT_EQ(refusal(yaml), "accepted") << yaml;
    } else {
      starts(yaml, "zero_variance");
    }
  }
  starts("{preset: aapo, zero_variance: resample}", "zero_variance");
  starts("{preset: grpo, reward: {kl_coef: 0.1}}", "reward.kl_coef");
  starts("{preset: grpo, reward: {kl_estimator: abs}}", "reward.kl_estimator");
  starts("{preset: grpo, advantage: {lambda: 0.5}}", "advantage.lambda");
  starts("{preset: grpo, critic: {}}", "critic");
  starts("{preset: aapo, critic: {}}", "critic");
  starts("{preset: pvpo, injection: {}}", "injection.trajectories");
  starts("{preset: pvpo, prompt_filter: {low: 1, high: 0.5}}", "prompt_filter.low");
  starts("{preset: dapo, reward: {overlong: {limit: 8}}}", "reward.overlong.buffer");
  starts("{preset: grpo, credit: {rule: locl}}", "credit.rule");
  starts("{preset: grpo, credit: {q: 0.4}}", "credit.q");
  starts("{preset: grpo, clips: {}}", "clips");
}

TEST(AlgorithmConfig, SaysWhatARunMustProvide) {
  EXPECT_TRUE(needs_reference_policy(testing::algorithm("{preset: grpo}")));
  EXPECT_TRUE(needs_reference_policy(testing::algorithm("{preset: rloo}")));
  EXPECT_FALSE(needs_reference_policy(testing::algorithm("{preset: grpo, kl: {coef: 0}}")));
  EXPECT_TRUE(needs_anchor(testing::algorithm("{preset: aapo}")));
  EXPECT_TRUE(needs_anchor(testing::algorithm("{preset: pvpo}")));
  EXPECT_FALSE(needs_anchor(testing::algorithm("{preset: gspo}")));
  EXPECT_TRUE(
      needs_greedy_anchor(testing::algorithm("{preset: verl, advantage: {estimator: remax}}")));
  EXPECT_TRUE(needs_sampler_logprob(testing::algorithm("{preset: trl}")));
  EXPECT_EQ(anchor_samples(testing::algorithm("{preset: pvpo}"), 6), 6);
  EXPECT_EQ(anchor_samples(testing::algorithm("{preset: pvpo, anchor: {samples: 3}}"), 6), 3);
}

}  // namespace
}  // namespace kedge
