#include "trainer/loss/correction.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

struct Outcome {
  std::vector<double> weight;
  bool kept;
};

// Gaps log 2, (untrained), log 0.25: product 0.5, geometric mean sqrt(0.5).
Outcome apply(const std::string& kind, std::optional<double> low, std::optional<double> high) {
  const std::vector<uint8_t> mask = {1, 0, 1};
  const std::vector<double> old_logprob = {std::log(2.0), std::nan(""), std::log(0.25)};
  const std::vector<double> sampler(3, 0.0);
  CorrectionConfig config;
  config.kind = kind;
  config.low = low;
  config.high = high;
  for (const Correction& entry : corrections()) {
    if (entry.name != kind) continue;
    Outcome out{std::vector<double>(3, -1.0), true};
    out.kept = entry.apply(config, {mask, old_logprob, sampler}, out.weight);
    return out;
  }
  ADD_FAILURE() << kind;
  return {};
}

void expect_weights(const Outcome& found, double first, double last) {
  EXPECT_NEAR(found.weight[0], first, 1e-14);
  EXPECT_EQ(found.weight[1], 0.0);
  EXPECT_NEAR(found.weight[2], last, 1e-14);
}

TEST(Corrections, Tokens) {
  expect_weights(apply("token_truncate", {}, {}), 2.0, 0.25);
  expect_weights(apply("token_truncate", 0.5, 1.5), 1.5, 0.5);
  expect_weights(apply("token_mask", 0.5, 3.0), 2.0, 0.0);
}

TEST(Corrections, Sequences) {
  expect_weights(apply("sequence_truncate", {}, 0.4), 0.4, 0.4);
  expect_weights(apply("sequence_mask", 0.4, 0.6), 0.5, 0.5);
  expect_weights(apply("sequence_mask", 0.6, {}), 0.0, 0.0);
}

TEST(Corrections, GeometricMeans) {
  EXPECT_TRUE(apply("geometric_reject", 0.7, 0.8).kept);
  EXPECT_FALSE(apply("geometric_reject", 0.8, 1.2).kept);
  expect_weights(apply("geometric_reject", 0.8, 1.2), 1.0, 1.0);
  expect_weights(apply("geometric_mask_token", 0.7, 0.8), 2.0, 0.25);
  expect_weights(apply("geometric_mask_token", 0.8, 1.2), 0.0, 0.0);
}

TEST(PolicyDrift, IsTheMeanOverTrainedTokens) {
  const std::vector<uint8_t> mask = {1, 0, 1};
  const std::vector<double> sampler = {-1, std::nan(""), -2};
  const std::vector<double> now = {-1.5, 0, -3};
  EXPECT_EQ(policy_drift(mask, sampler, now), 0.75);
  EXPECT_EQ(policy_drift(std::vector<uint8_t>{0, 0, 0}, sampler, now), 0.0);
}

}  // namespace
}  // namespace kedge
