#include "trainer/advantage/estimators.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

using testing::estimate;
using testing::estimator_config;

TEST(GivenEstimator, PassesOn) {
  EXPECT_EQ(estimate(estimator_config("given"), {.reward = {0.5, -2}}),
            (std::vector<double>{0.5, -2}));
}

TEST(GivenEstimator, TokensAreTakenAsTheyAre) {
  PolicyRows rows = testing::reward_rows({{0}}, 3);
  rows.given_token.wide = {1, 2, 3};
  rows.given = {0};
  AlgorithmConfig config;
  config.advantage = estimator_config("given");
  EXPECT_EQ(testing::advantages_of(config, rows).advantage, (std::vector<double>{1, 2, 3}));
}

}  // namespace
}  // namespace kedge
