#include "trainer/algorithm/config.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

std::string refusal(const std::string& yaml, const AlgorithmSetting& setting) {
  try {
    check_setting(testing::algorithm(yaml), setting);
  } catch (const ConfigError& e) {
    return e.place();
  }
  return "accepted";
}

TEST(AlgorithmSetting, OneSampleIsNoGroup) {
  const AlgorithmSetting one{.samples_per_prompt = 1};
  EXPECT_EQ(refusal("{preset: grpo}", one), "algorithm.advantage.estimator");
  EXPECT_EQ(refusal("{preset: rloo}", one), "algorithm.advantage.estimator");
  EXPECT_EQ(refusal("{preset: pvpo}", one), "accepted");
  EXPECT_EQ(refusal("{preset: reinforce_pp}", one), "accepted");
}

TEST(AlgorithmSetting, CorrectionsNeedSamplerLogprobs) {
  const AlgorithmSetting blind{.records_sampler_logprob = false};
  EXPECT_EQ(refusal("{preset: trl}", blind), "algorithm.correction.kind");
  EXPECT_EQ(refusal("{preset: grpo, off_policy_mask: 0.1}", blind), "algorithm.off_policy_mask");
  EXPECT_EQ(refusal("{preset: grpo}", blind), "accepted");
}

TEST(AlgorithmSetting, Anchors) {
  const AlgorithmSetting many{.samples_per_prompt = 8};
  EXPECT_EQ(refusal("{preset: aapo, anchor: {samples: 4}}", many), "algorithm.anchor.samples");
  EXPECT_EQ(refusal("{preset: aapo, anchor: {samples: 4}, advantage: {margin: {pairing: average}}}",
                    many),
            "accepted");
  EXPECT_EQ(refusal("{preset: verl, advantage: {estimator: remax}}", many),
            "algorithm.anchor.greedy");
}

TEST(AlgorithmSetting, GaeNeedsValues) {
  const std::string yaml = "{preset: verl, advantage: {estimator: gae}, critic: {}}";
  EXPECT_EQ(refusal(yaml, {}), "algorithm.advantage.estimator");
  EXPECT_EQ(refusal(yaml, {.has_critic = true}), "accepted");
}

TEST(AlgorithmSetting, Warnings) {
  EXPECT_EQ(check_setting(testing::algorithm("{preset: aapo}"), {.updates_per_batch = 2}).size(),
            1u);
  EXPECT_EQ(
      check_setting(testing::algorithm("{preset: grpo, advantage: {whiten: tokens}}"), {}).size(),
      1u);
  EXPECT_TRUE(
      check_setting(testing::algorithm("{preset: grpo}"), {.updates_per_batch = 2}).empty());
}

}  // namespace
}  // namespace kedge
