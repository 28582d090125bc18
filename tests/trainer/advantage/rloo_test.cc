#include "trainer/advantage/estimators.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

using testing::estimate;
using testing::estimator_config;

TEST(RlooEstimator, ComparesWithTheOthers) {
  json details = json::object();
  const auto a = estimate(estimator_config("rloo"), {.reward = {1, 0, 0.5}}, &details);
  EXPECT_DOUBLE_EQ(a[0], 0.75);
  EXPECT_DOUBLE_EQ(a[1], -0.75);
  EXPECT_DOUBLE_EQ(a[2], 0.0);
  EXPECT_EQ(details["baseline"], json({0.25, 0.75, 0.5}));
}

}  // namespace
}  // namespace kedge
