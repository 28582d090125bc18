#include "core/signal_flag.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace kedge {
namespace {

TEST(SignalFlag, RemembersTheFirstSignal) {
  const SignalFlag flag;
  EXPECT_EQ(stop_requested(), 0);
  ::raise(SIGTERM);
  EXPECT_EQ(stop_requested(), SIGTERM);
  ::raise(SIGINT);
  EXPECT_EQ(stop_requested(), SIGTERM);
}

TEST(SignalFlag, PutsTheFormerHandlersBack) {
  struct sigaction before {
  }, after{};
  ::sigaction(SIGINT, nullptr, &before);
  {
    const SignalFlag flag;
    ::raise(SIGINT);
    EXPECT_EQ(stop_requested(), SIGINT);
    EXPECT_THROW(SignalFlag(), InvariantError);
  }
  ::sigaction(SIGINT, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
  EXPECT_EQ(stop_requested(), 0);
}

TEST(SignalFlagDeathTest, TheSecondOfAKindEndsTheProcess) {
  EXPECT_EXIT(
      {
        const SignalFlag flag;
        ::raise(SIGINT);
        ::raise(SIGINT);
      },
      testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace kedge
