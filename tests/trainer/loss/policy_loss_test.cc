#include "trainer/loss/policy_loss.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

// One path of three tokens, the middle one untrained.
PackedPath small_path() {
  PackedPath path;
  path.trained = {1, 0, 1};
  const float nan = std::nanf("");
  path.old_logprob = {-1.0f, nan, -2.0f};
  path.sampler_logprob = path.old_logprob;
  path.ref_logprob = {-1.0f, nan, -2.5f};
  path.advantage = {0.5f, nan, 0.5f};
  path.coefficient = {0.25, 0.25, 0.25};
  path.entropy_coefficient = {0.125, 0.125, 0.125};
  return path;
}

struct Result {
  PathLoss loss;
  std::vector<float> dlogprob = std::vector<float>(3, 9.0f);
  std::vector<float> dentropy = std::vector<float>(3, 9.0f);
  LossMetrics metrics;
};

Result run(const LossConfig& config, const PackedPath& path, const std::vector<float>& now) {
  Result r;
  const std::vector<float> entropy = {1.0f, std::nanf(""), 2.0f};
  r.loss = policy_path_loss(config, path, now, entropy, r.dlogprob, r.dentropy, r.metrics);
  return r;
}

TEST(PolicyPathLoss, OnPolicyIsMinusTheAdvantage) {
  const Result r = run({}, small_path(), {-1.0f, 0.0f, -2.0f});
  EXPECT_EQ(r.loss.policy, -0.25);
  EXPECT_EQ(r.loss.loss, -0.25);
  EXPECT_EQ(r.dlogprob, (std::vector<float>{-0.125f, 0.0f, -0.125f}));
  EXPECT_EQ(r.dentropy, (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(r.metrics.tokens, 2);
  EXPECT_EQ(r.metrics.ratio, 2);
  EXPECT_EQ(r.metrics.ratio_max, 1);
  EXPECT_EQ(r.metrics.kl_old_k3, 0);
  EXPECT_EQ(r.metrics.entropy, 3);
  EXPECT_DOUBLE_EQ(r.metrics.logprob_loss, 0.25 * 0.5 * 3);
}

TEST(PolicyPathLoss, AddsKlAndEntropyWithTheirCoefficients) {
  LossConfig config;
  config.kl.coef = 0.5;
  config.kl.estimator = "k2";
  config.entropy.coef = 0.5;
  const Result r = run(config, small_path(), {-1.0f, 0.0f, -2.0f});
  EXPECT_DOUBLE_EQ(r.loss.kl, 0.25 * 0.125);
  EXPECT_DOUBLE_EQ(r.loss.entropy, 0.125 * 3);
  EXPECT_DOUBLE_EQ(r.loss.loss, -0.25 + 0.5 * r.loss.kl - 0.5 * r.loss.entropy);
  EXPECT_EQ(r.dlogprob[2], -0.125f + 0.5f * 0.25f * 0.5f);
  EXPECT_EQ(r.dentropy, (std::vector<float>{-0.0625f, 0.0f, -0.0625f}));
}

TEST(PolicyPathLoss, RejectsNegativeTokensOfDriftedRows) {
  LossConfig config;
  config.off_policy_mask = 0.1;
  PackedPath path = small_path();
  path.advantage = {-0.5f, 0.0f, 0.5f};
  const Result drifted = run(config, path, {-1.5f, 0.0f, -2.5f});
  EXPECT_EQ(drifted.dlogprob[0], 0.0f);
  EXPECT_NE(drifted.dlogprob[2], 0.0f);
  EXPECT_EQ(drifted.metrics.tokens, 1);
  EXPECT_EQ(drifted.metrics.rejected, 1);
  EXPECT_EQ(run(config, path, {-1.0f, 0.0f, -2.0f}).metrics.rejected, 0);
  path.injected = true;
  EXPECT_EQ(run(config, path, {-1.5f, 0.0f, -2.5f}).metrics.rejected, 0);
}

TEST(PolicyPathLoss, DetachedRowsHaveRatioOne) {
  LossConfig config;
  PackedPath path = small_path();
  path.injected = true;
  const std::vector<float> now = {-5.0f, 0.0f, -4.0f};
  EXPECT_LT(run(config, path, now).metrics.injected_ratio, 0.5);
  config.injected = InjectedRule::detach;
  const Result r = run(config, path, now);
  EXPECT_EQ(r.metrics.injected_ratio, 2);
  EXPECT_EQ(r.metrics.policy_tokens, 0);
  EXPECT_EQ(r.dlogprob[0], -0.125f);
}

TEST(PolicyPathLoss, APathThatIsNotFiniteIsLeftOut) {
  const Result r = run({}, small_path(), {std::nanf(""), 0.0f, -2.0f});
  EXPECT_FALSE(r.loss.finite);
  EXPECT_EQ(r.loss.loss, 0.0);
  EXPECT_EQ(r.dlogprob, (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(r.metrics.nonfinite_paths, 1);
  EXPECT_EQ(r.metrics.tokens, 0);
}

TEST(PolicyPathLoss, NamesAMissingColumn) {
  LossConfig config;
  config.kl.coef = 1.0;
  PackedPath path = small_path();
  path.ref_logprob.clear();
  EXPECT_THROW(run(config, path, {-1, 0, -2}), InvariantError);
}

}  // namespace
}  // namespace kedge
