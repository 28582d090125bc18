#include "core/clock.h"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"

namespace kedge {
namespace {

TEST(Clock, RealTimeGoesForward) {
  const double first = real_clock().now();
  EXPECT_GE(real_clock().now(), first);
  EXPECT_GT(real_clock().wall(), 1.6e9);
}

TEST(Clock, ManualTimeStandsStill) {
  testing_support::ManualClock clock(5);
  EXPECT_EQ(clock.now(), 5);
  clock.advance(2);
  EXPECT_EQ(clock.now(), 7);
}

}  // namespace
}  // namespace kedge
