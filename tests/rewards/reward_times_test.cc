#include "rewards/reward_times.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

TEST(RewardTimes, ReportsSecondsPerTrajectoryOnce) {
  RewardTimes times;
  times.add(4.0, 4);
  times.add(9.0, 1);
  MetricSet metrics;
  times.report("math", metrics);
  EXPECT_EQ(metrics.flatten().at("timing_s/rewards/math/p50"), 1.0);
  MetricSet empty;
  times.report("math", empty);
  EXPECT_TRUE(empty.empty());
}

}  // namespace
}  // namespace kedge
