#include "trainer/advantage/estimators.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

using testing::estimate;
using testing::estimator_config;

TEST(GpgEstimator, AlphaCountsGroups) {
  AdvantageConfig config = estimator_config("gpg");
  const BatchFacts facts{.groups = 6, .varied_groups = 3, .rows = 12, .nonzero_rows = 4};
  EXPECT_DOUBLE_EQ(estimate(config, {.reward = {1, 0}, .facts = facts})[0], 1.0);
  config.gpg_alpha = GpgAlpha::verl;
  EXPECT_DOUBLE_EQ(estimate(config, {.reward = {1, 0}, .facts = facts})[0], 1.5);
  config.gpg_alpha = GpgAlpha::one;
  EXPECT_DOUBLE_EQ(estimate(config, {.reward = {1, 0}, .facts = facts})[0], 0.5);
}

}  // namespace
}  // namespace kedge
