#include "core/queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <thread>
#include <vector>

namespace kedge {
namespace {

TEST(Queue, FirstInFirstOut) {
  Queue<std::unique_ptr<int>> queue(2);
  EXPECT_TRUE(queue.push(std::make_unique<int>(1), deadline_in(1)));
  EXPECT_TRUE(queue.push(std::make_unique<int>(2), deadline_in(1)));
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_EQ(**queue.pop(deadline_in(1)), 1);
  EXPECT_EQ(**queue.try_pop(), 2);
  EXPECT_EQ(queue.try_pop(), std::nullopt);
}

TEST(Queue, DeadlinesEndWaits) {
  Queue<int> queue(1);
  EXPECT_EQ(queue.pop(deadline_in(0.01)), std::nullopt);
  EXPECT_FALSE(queue.closed());
  EXPECT_TRUE(queue.push(1, deadline_in(0)));
  EXPECT_FALSE(queue.push(2, deadline_in(0.01)));
  EXPECT_EQ(queue.size(), 1u);
}

TEST(Queue, CloseWakesEveryoneAndKeepsWhatIsInside) {
  Queue<int> full(1), empty(1);
  ASSERT_TRUE(full.push(1, deadline_in(1)));
  std::thread pusher([&] { EXPECT_FALSE(full.push(2, deadline_in(60))); });
  std::thread popper([&] { EXPECT_EQ(empty.pop(deadline_in(60)), std::nullopt); });
  full.close();
  empty.close();
  pusher.join();
  popper.join();
  EXPECT_TRUE(full.closed());
  EXPECT_FALSE(full.push(3, deadline_in(1)));
  EXPECT_EQ(full.pop(deadline_in(1)), 1);
  EXPECT_EQ(full.pop(deadline_in(60)), std::nullopt);
}

TEST(Queue, ManyThreadsLoseNothing) {
  constexpr int kPerThread = 2000;
  Queue<int> queue(3);
  std::vector<std::thread> pushers;
  for (int t = 0; t < 3; ++t) {
    pushers.emplace_back([&queue, t] {
      for (int i = 0; i < kPerThread; ++i) {
        EXPECT_TRUE(queue.push(t * kPerThread + i, deadline_in(60)));
      }
    });
  }
  std::vector<std::vector<int>> taken(2);
  std::vector<std::thread> poppers;
  for (auto& mine : taken) {
    poppers.emplace_back([&queue, &mine] {
      while (auto value = queue.pop(deadline_in(60))) mine.push_back(*value);
    });
  }
  for (auto& thread : pushers) thread.join();
  queue.close();
  for (auto& thread : poppers) thread.join();
  std::vector<bool> seen(3 * kPerThread, false);
  for (const auto& mine : taken) {
    for (const int value : mine) {
      EXPECT_FALSE(seen[static_cast<size_t>(value)]);
      seen[static_cast<size_t>(value)] = true;
    }
  }
  EXPECT_EQ(std::accumulate(seen.begin(), seen.end(), 0), 3 * kPerThread);
}

TEST(Queue, CapacityZeroIsABug) {
  EXPECT_THROW(Queue<int>(0), InvariantError);
}

TEST(Queue, EndlessDeadlinesDoNotOverflow) {
  EXPECT_GT(deadline_in(1e300), deadline_in(1000));
}

}  // namespace
}  // namespace kedge
