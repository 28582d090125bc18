#include "trainer/advantage/estimators.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

using testing::estimate;
using testing::estimator_config;

TEST(RemaxEstimator, ComparesWithTheGreedyAnswer) {
  EXPECT_EQ(estimate(estimator_config("remax"), {.reward = {1, 0}, .anchor = {{}, 0.75}}),
            (std::vector<double>{0.25, -0.75}));
  EXPECT_THROW(estimate(estimator_config("remax"), {.reward = {1, 0}}), PolicyError);
}

}  // namespace
}  // namespace kedge
