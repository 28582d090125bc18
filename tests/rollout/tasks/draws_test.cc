#include "rollout/tasks/draws.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

TEST(DrawsTest, DrawIHasPositionI) {
  Draws draws(9, 4, Draws::kDemonstration);
  for (uint64_t i = 0; i < 5; ++i) {
    EXPECT_EQ(draws.uniform(), random_uniform(9, {Purpose::task, 4, 0, 1, i}));
  }
}

TEST(DrawsTest, BetweenReachesBothEnds) {
  Draws draws(1, 0, Draws::kPrompt);
  bool low = false, high = false;
  for (int i = 0; i < 200; ++i) {
    const int64_t value = draws.between(-2, 2);
    ASSERT_GE(value, -2);
    ASSERT_LE(value, 2);
    low = low || value == -2;
    high = high || value == 2;
  }
  EXPECT_TRUE(low && high);
}

}  // namespace
}  // namespace kedge
