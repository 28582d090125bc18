#include "trainer/advantage/estimators.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

using testing::estimate;
using testing::estimator_config;

TEST(ReinforcePpBaselineEstimator, CentresWithoutScaling) {
  EXPECT_EQ(estimate(estimator_config("reinforce_pp_baseline"), {.reward = {1, 0}}),
            (std::vector<double>{0.5, -0.5}));
}

TEST(ReinforcePpBaselineEstimator, LeaveOneOutKeepsItsDeviation) {
  AdvantageConfig config = estimator_config("reinforce_pp_baseline");
  config.leave_one_out = true;
  EXPECT_NEAR(estimate(config, {.reward = {0, 1, 0}})[0], -0.5 / (std::sqrt(0.5) + 1e-6), 1e-12);
}

}  // namespace
}  // namespace kedge
