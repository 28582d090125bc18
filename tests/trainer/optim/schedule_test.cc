#include "trainer/optim/schedule.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

TEST(Schedule, WarmsUpThenStays) {
  const OptimizerConfig config{.learning_rate = 1.0, .warmup_steps = 4};
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 0, 10), 0.25);
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 3, 10), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 9, 10), 1.0);
}

TEST(Schedule, LinearReachesTheFinalShare) {
  const OptimizerConfig config{
      .learning_rate = 2.0, .warmup_steps = 0, .schedule = Schedule::linear, .final_share = 0.1};
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 0, 10), 2.0);
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 5, 10), 1.1);
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 10, 10), 0.2);
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 25, 10), 0.2);
}

TEST(Schedule, CosineIsHalfWayInTheMiddle) {
  const OptimizerConfig config{
      .learning_rate = 1.0, .warmup_steps = 2, .schedule = Schedule::cosine, .final_share = 0.2};
  EXPECT_NEAR(learning_rate_at(config, 2, 12), 1.0, 1e-15);
  EXPECT_NEAR(learning_rate_at(config, 7, 12), 0.6, 1e-15);
  EXPECT_NEAR(learning_rate_at(config, 12, 12), 0.2, 1e-15);
}

}  // namespace
}  // namespace kedge
