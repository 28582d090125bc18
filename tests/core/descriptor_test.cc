#include "core/descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace kedge {
namespace {

bool is_open(int number) {
  return ::fcntl(number, F_GETFD) >= 0;
}

TEST(Descriptor, ClosesWhatItHolds) {
  int number = -1;
  {
    const Descriptor file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    number = file.get();
    ASSERT_TRUE(static_cast<bool>(file));
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
  EXPECT_FALSE(static_cast<bool>(Descriptor()));
}

TEST(Descriptor, MovingHandsItOver) {
  Descriptor first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  Descriptor second(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
  const int kept = first.get();
  const int replaced = second.get();
  second = std::move(first);
  EXPECT_EQ(second.get(), kept);
  EXPECT_EQ(first.get(), -1);
  EXPECT_TRUE(is_open(kept));
  EXPECT_FALSE(is_open(replaced));
}

}  // namespace
}  // namespace kedge
