#include "trainer/loss/config.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

LossConfig bound(const std::string& yaml) {
  return testing::algorithm("{preset: verl, " + yaml + "}");
}

std::string refusal(const std::string& yaml) {
  try {
    bound(yaml);
  } catch (const ConfigError& e) {
    return e.place();
  }
  return "accepted";
}

TEST(LossConfig, Binds) {
  const LossConfig c =
      bound("ratio: {level: sequence_product, log_clamp: null}, off_policy_mask: 0.5");
  EXPECT_EQ(c.ratio.level, RatioLevel::sequence_product);
  EXPECT_FALSE(c.ratio.log_clamp);
  EXPECT_EQ(*c.off_policy_mask, 0.5);
  EXPECT_EQ(*c.clip.dual, 3.0);  // the preset's
}

TEST(LossConfig, RefusesConflictsByKey) {
  const auto starts = [](const std::string& yaml, const std::string& key) {
    EXPECT_EQ(refusal(yaml).rfind("algorithm." + key, 0), 0u) << refusal(yaml);
  };
  starts("clip: {kind: pppo}", "clip.kind");
  starts("clip: {dual: 1.1}", "clip.dual");
  starts("clip: {high: null}", "clip.high");
  starts("clip: {low: null}", "clip.low");
  starts("correction: {kind: token}", "correction.kind");
  starts("correction: {kind: token_mask, low: 2, high: 1}", "correction.low");
  starts("kl: {coef: 1, estimator: k1}", "kl.estimator");
  starts("kl: {coef: 1, estimator: abs}", "kl.estimator");
  starts("kl: {estimator: k4}", "kl.estimator");
  starts("aggregate: {mode: seq_mean_token_sum_norm}", "aggregate.divisor");
  EXPECT_EQ(refusal("kl: {coef: 1, estimator: k1, force: true}"), "accepted");
  EXPECT_EQ(refusal("clip: {kind: cispo, low: null, high: null, dual: null}"), "accepted");
}

TEST(LossConfig, AScoringPassIsNeededWhereDenominatorsMove) {
  EXPECT_FALSE(needs_scoring_pass(bound("off_policy_mask: 0.1")));
  EXPECT_FALSE(needs_scoring_pass(bound("correction: {denominator: shrink}")));
  EXPECT_TRUE(needs_scoring_pass(bound("off_policy_mask: 0.1, correction: {denominator: shrink}")));
  EXPECT_TRUE(
      needs_scoring_pass(bound("off_policy_mask: 0.1, entropy: {coef: 1, aggregate: token_mean}")));
}

}  // namespace
}  // namespace kedge
