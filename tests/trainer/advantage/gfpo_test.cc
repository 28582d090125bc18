#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/advantage/estimators.h"

namespace kedge {
namespace {

using testing::estimator_config;

std::vector<double> gfpo(const std::vector<double>& rewards, const std::vector<double>& lengths,
                         GfpoMetric metric, int32_t keep) {
  AdvantageConfig config = estimator_config("gfpo");
  config.gfpo = {keep, metric};
  config.std = StdKind::population;
  config.epsilon = 1e-12;
  Siblings siblings;
  siblings.reward = rewards;
  siblings.length = lengths;
  std::vector<double> out(rewards.size());
  estimate_gfpo({config, siblings, {}}, out, nullptr);
  return out;
}

TEST(GfpoEstimator, TrainsTheShortestRows) {
  const auto a = gfpo({1, 0, 1, 0}, {50, 10, 20, 90}, GfpoMetric::shortest, 2);
  EXPECT_EQ(a[0], 0.0);
  EXPECT_NEAR(a[1], -1.0, 1e-9);
  EXPECT_NEAR(a[2], 1.0, 1e-9);
  EXPECT_EQ(a[3], 0.0);
}

TEST(GfpoEstimator, TrainsTheMostEfficientRows) {
  const auto a = gfpo({1, 0, 1, 0.5}, {50, 10, 30, 20}, GfpoMetric::efficiency, 2);
  EXPECT_EQ(a[1], 0.0);
  EXPECT_NEAR(a[2], 1.0, 1e-9);
  EXPECT_NEAR(a[3], -1.0, 1e-9);
}

TEST(GfpoEstimator, EqualRewardsAmongTheKeptTeachNothing) {
  EXPECT_EQ(gfpo({1, 1, 0}, {1, 2, 3}, GfpoMetric::shortest, 2), (std::vector<double>{0, 0, 0}));
}

}  // namespace
}  // namespace kedge
