#include "rollout/sources/epoch_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/error.h"

namespace kedge {
namespace {

std::vector<uint64_t> take(EpochOrder& order, int count) {
  std::vector<uint64_t> indices;
  for (int i = 0; i < count; ++i) indices.push_back(order.next()->index);
  return indices;
}

TEST(EpochOrderTest, EveryEpochIsAnotherPermutation) {
  EpochOrder order(50, true, 0, 7);
  const std::vector<uint64_t> first = take(order, 50);
  const std::vector<uint64_t> second = take(order, 50);
  EXPECT_EQ(std::set(first.begin(), first.end()).size(), 50u);
  EXPECT_EQ(std::set(second.begin(), second.end()).size(), 50u);
  EXPECT_NE(first, second);
  EXPECT_FALSE(std::is_sorted(first.begin(), first.end()));
  EpochOrder other(50, true, 0, 8);
  EXPECT_NE(take(other, 50), first);
}

TEST(EpochOrderTest, EpochsEnd) {
  EpochOrder order(3, false, 2, 7);
  EXPECT_EQ(take(order, 6), (std::vector<uint64_t>{0, 1, 2, 0, 1, 2}));
  EXPECT_FALSE(order.next());
  EXPECT_FALSE(order.next());
}

TEST(EpochOrderTest, TheEpochIsTheVisit) {
  EpochOrder order(2, true, 0, 7);
  std::vector<uint32_t> epochs;
  for (int i = 0; i < 5; ++i) epochs.push_back(order.next()->epoch);
  EXPECT_EQ(epochs, (std::vector<uint32_t>{0, 0, 1, 1, 2}));
}

TEST(EpochOrderTest, ResumesAtAnyPosition) {
  for (int stop = 0; stop < 25; ++stop) {
    EpochOrder whole(10, true, 3, 5), resumed(10, true, 3, 5);
    take(whole, stop);
    resumed.load(json::parse(whole.save().dump()), "state");
    EXPECT_EQ(take(resumed, 30 - stop), take(whole, 30 - stop)) << stop;
    EXPECT_EQ(resumed.next().has_value(), whole.next().has_value());
  }
}

TEST(EpochOrderTest, RefusesForeignState) {
  EpochOrder order(10, true, 0, 5);
  EXPECT_THROW(order.load({{"epoch", 1}}, "state"), ConfigError);
  EXPECT_THROW(order.load({{"epoch", 1}, {"position", 11}}, "state"), ConfigError);
}

}  // namespace
}  // namespace kedge
