#include "trainer/advantage/reward_shaping.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

using testing::estimate;
using testing::estimator_config;

TEST(Overlong, GrowsOverTheBuffer) {
  const OverlongConfig config{10, 4, 2.0};
  EXPECT_EQ(overlong_penalty(config, 6), 0.0);
  EXPECT_EQ(overlong_penalty(config, 8), -1.0);
  EXPECT_EQ(overlong_penalty(config, 10), -2.0);
  EXPECT_EQ(overlong_penalty(config, 99), -2.0);
}

TEST(Overlong, RefusesWhatMakesNoSense) {
  EXPECT_THROW((OverlongConfig{0, 4, 1}.check("o")), ConfigError);
  EXPECT_THROW((OverlongConfig{4, 5, 1}.check("o")), ConfigError);
  EXPECT_NO_THROW((OverlongConfig{4, 4, 1}.check("o")));
}

}  // namespace
}  // namespace kedge
