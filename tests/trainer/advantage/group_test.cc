#include "trainer/advantage/estimators.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

using testing::estimate;
using testing::estimator_config;

TEST(GroupEstimator, CentresAndScalesBySampleDeviation) {
  AdvantageConfig config;
  config.epsilon = 0.5;
  json details = json::object();
  const auto a = estimate(config, {.reward = {1, 0, 0, 1}}, &details);
  const double std = std::sqrt(1.0 / 3.0);
  EXPECT_DOUBLE_EQ(a[0], 0.5 / (std + 0.5));
  EXPECT_DOUBLE_EQ(a[1], -0.5 / (std + 0.5));
  EXPECT_DOUBLE_EQ(details["baseline"].get<double>(), 0.5);
  EXPECT_DOUBLE_EQ(details["spread"].get<double>(), std);
}

TEST(GroupEstimator, PopulationBatchAndNoScale) {
  AdvantageConfig config;
  config.epsilon = 1e-9;
  config.std = StdKind::population;
  EXPECT_NEAR(estimate(config, {.reward = {1, 0}})[0], 1.0, 1e-8);
  config.scale = AdvantageScale::none;
  EXPECT_EQ(estimate(config, {.reward = {1, 0}})[0], 0.5);
  config.scale = AdvantageScale::batch_std;
  EXPECT_NEAR(estimate(config, {.reward = {1, 0}, .facts = {.reward_std = 0.25}})[0], 2.0, 1e-7);
}

TEST(GroupEstimator, LeaveOneOutDoesNotDivideByAFlatRest) {
  AdvantageConfig config;
  config.leave_one_out = true;
  const auto a = estimate(config, {.reward = {1, 0, 0, 0}});
  EXPECT_EQ(a[0], 1.0);  // the others are equal
  EXPECT_NEAR(a[1], (0 - 1.0 / 3) / (std::sqrt(1.0 / 3) + 1e-6), 1e-12);
}

TEST(GroupEstimator, RawGroupOfOneIsDividedByOne) {
  AdvantageConfig config;
  config.epsilon = 0.25;
  config.singleton = Singleton::raw;
  EXPECT_DOUBLE_EQ(estimate(config, {.reward = {2}})[0], 2 / 1.25);
  config.scale = AdvantageScale::none;
  EXPECT_EQ(estimate(config, {.reward = {2}})[0], 2);
}

}  // namespace
}  // namespace kedge
