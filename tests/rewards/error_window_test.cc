#include "rewards/error_window.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace kedge {
namespace {

TEST(ErrorWindow, StopsAboveTheShareOfTheWholeWindow) {
  ErrorWindow window(100, 0.02);
  EXPECT_FALSE(window.add(true));
  EXPECT_FALSE(window.add(true));
  EXPECT_TRUE(window.add(true));
}

TEST(ErrorWindow, ForgetsWhatIsOld) {
  ErrorWindow window(10, 0.1);
  EXPECT_FALSE(window.add(true));
  for (int i = 0; i < 9; ++i) {
    EXPECT_FALSE(window.add(false));
  }
  EXPECT_FALSE(window.add(true));  // the first has just left
  EXPECT_EQ(window.num_troubles(), 1);
}

TEST(ErrorWindow, AShareOfZeroStopsAtTheFirst) {
  ErrorWindow window(512, 0.0);
  EXPECT_FALSE(window.add(false));
  EXPECT_TRUE(window.add(true));
}

TEST(ErrorWindow, ContinuesFromItsState) {
  ErrorWindow first(10, 0.1);
  first.add(false);
  first.add(true);
  ErrorWindow second(10, 0.1);
  second.load(first.save());
  EXPECT_EQ(second.save(), first.save());
  EXPECT_TRUE(second.add(true));
  EXPECT_THROW(second.load(json::object()), ConfigError);
}

}  // namespace
}  // namespace kedge
