#include "trainer/advantage/estimators.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

using testing::estimate;
using testing::estimator_config;

TEST(PassAtKEstimator, OnlyTheBestRowLeads) {
  AdvantageConfig config = estimator_config("pass_at_k");
  config.scale = AdvantageScale::none;
  const auto a = estimate(config, {.reward = {0.25, 1, 0.5}});
  EXPECT_EQ(a, (std::vector<double>{0, 0.5, 0}));
}

TEST(PassAtKEstimator, ATieLeadsByNothing) {
  const auto a = estimate(estimator_config("pass_at_k"), {.reward = {1, 0, 1}});
  EXPECT_EQ(a, (std::vector<double>{0, 0, 0}));
}

}  // namespace
}  // namespace kedge
