#include "trainer/advantage/estimators.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

using testing::estimate;
using testing::estimator_config;

TEST(OpoEstimator, WeighsTheBaselineByLength) {
  const auto a = estimate(estimator_config("opo"), {.reward = {1, 0}, .length = {3, 1}});
  EXPECT_DOUBLE_EQ(a[0], 0.25);
  EXPECT_DOUBLE_EQ(a[1], -0.75);
  EXPECT_DOUBLE_EQ(3 * a[0] + 1 * a[1], 0.0);
}

TEST(OpoEstimator, FallsBackToTheMeanWithoutTokens) {
  EXPECT_EQ(estimate(estimator_config("opo"), {.reward = {1, 0}, .length = {0, 0}})[0], 0.5);
}

}  // namespace
}  // namespace kedge
