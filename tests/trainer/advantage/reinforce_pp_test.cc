#include "trainer/advantage/estimators.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

using testing::estimate;
using testing::estimator_config;

TEST(ReinforcePpEstimator, HandsTheRewardToTheTokens) {
  EXPECT_EQ(estimate(estimator_config("reinforce_pp"), {.reward = {3, 3, -1}}),
            (std::vector<double>{3, 3, -1}));
  EXPECT_EQ(estimator_of(estimator_config("reinforce_pp")).tokens, TokenRule::suffix);
}

}  // namespace
}  // namespace kedge
