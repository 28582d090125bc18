#include "rewards/plugins/idle_pool.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace kedge {
namespace {

TEST(IdlePool, GivesEachThingToOneCallerAtATime) {
  int one = 1, two = 2;
  IdlePool<int> pool(2);
  pool.add(&one);
  pool.add(&two);
  {
    const auto first = pool.take();
    const auto second = pool.take();
    EXPECT_NE(&*first, &*second);
    EXPECT_THROW(pool.take(), InvariantError);
  }
  EXPECT_NO_THROW(pool.take());
}

TEST(IdlePool, ComesBackWhateverHappens) {
  int one = 1;
  IdlePool<int> pool(1);
  pool.add(&one);
  EXPECT_THROW(
      {
        const auto lease = pool.take();
        throw std::runtime_error("meanwhile");
      },
      std::runtime_error);
  EXPECT_EQ(*pool.take(), 1);
  EXPECT_THROW(pool.add(&one), InvariantError);
}

}  // namespace
}  // namespace kedge
