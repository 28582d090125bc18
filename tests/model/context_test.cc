#include "model/context.h"

#include <gtest/gtest.h>
#include <xmmintrin.h>

#include <atomic>
#include <cstring>
#include <stdexcept>

namespace kedge {
namespace {

TEST(ThreadPool, RunsEveryWorkerOnceInFlushMode) {
  for (const int threads : {1, 2, 3, 5}) {
    ThreadPool pool(threads);
    ASSERT_EQ(pool.size(), threads);
    const unsigned before = _mm_getcsr();
    std::vector<int> calls(threads, 0);
    for (int round = 0; round < 200; ++round) {
      pool.run([&](int worker) {
        EXPECT_EQ(_mm_getcsr() & 0x8040u, 0x8040u);
        ++calls[worker];
      });
    }
    for (const int count : calls) EXPECT_EQ(count, 200);
    EXPECT_EQ(_mm_getcsr() & 0x8040u, before & 0x8040u);
  }
}

TEST(ThreadPool, RestoresFlushModeThatABodySpoilt) {
  ThreadPool pool(2);
  pool.run([](int) { _mm_setcsr(_mm_getcsr() & ~0x8040u); });
  pool.run([](int) { EXPECT_EQ(_mm_getcsr() & 0x8040u, 0x8040u); });
}

TEST(ThreadPool, WakesSleepingWorkers) {
  ThreadPool pool(3);
  std::atomic<int> calls{0};
  for (int round = 0; round < 3; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    pool.run([&](int) { ++calls; });
  }
  EXPECT_EQ(calls.load(), 9);
}

TEST(ThreadPool, RethrowsAndStaysUsable) {
  ThreadPool pool(2);
  for (const int thrower : {0, 1}) {
    EXPECT_THROW(pool.run([&](int worker) {
      if (worker == thrower) throw std::runtime_error("no");
    }), std::runtime_error);
  }
  std::atomic<int> calls{0};
  pool.run([&](int) { ++calls; });
  EXPECT_EQ(calls.load(), 2);
}

TEST(ThreadPool, RefusesARegionInsideARegion) {
  ThreadPool pool(1);
  EXPECT_THROW(pool.run([&](int) { pool.run([](int) {}); }), InvariantError);
}

TEST(ThreadPool, ARegionWakesItsWorkersOnce) {
  for (const int threads : {1, 2, 3}) {
    ThreadPool pool(threads);
    pool.run([](int) {});
    pool.run([](int) {});
    EXPECT_EQ(pool.counts().regions, 2) << "each for itself";
    std::vector<int> calls(threads, 0);
    for (int step = 0; step < 5; ++step) {
      const ThreadPool::Region region(pool);
      for (int i = 0; i < 40; ++i) pool.run([&](int worker) { ++calls[worker]; });
    }
    EXPECT_EQ(pool.counts().regions, 2 + 5);
    EXPECT_EQ(pool.counts().barriers, 2 + 5 * 40);
    for (const int count : calls) EXPECT_EQ(count, 5 * 40);
  }
}

TEST(ThreadPool, ARegionWaitsForSlowWorkersAndEndsInSleep) {
  using std::chrono::milliseconds;
  ThreadPool pool(3);
  std::atomic<int> calls{0};
  {
    const ThreadPool::Region region(pool);
    for (int round = 0; round < 3; ++round) {
      std::this_thread::sleep_for(milliseconds(5));  // longer than anybody spins
      pool.run([&](int worker) {
        std::this_thread::sleep_for(milliseconds(worker));
        ++calls;
      });
      EXPECT_EQ(calls.load(), 3 * (round + 1));
    }
    EXPECT_THROW(ThreadPool::Region inner(pool), InvariantError);
    EXPECT_THROW(pool.run([](int) { throw std::runtime_error("no"); }), std::runtime_error);
  }
  std::this_thread::sleep_for(milliseconds(20));
  pool.run([&](int) { ++calls; });
  EXPECT_EQ(calls.load(), 12);
}

TEST(ThreadPool, ARegionWithoutARunWakesNobody) {
  ThreadPool pool(2);
  {
    const ThreadPool::Region region(pool);
    pool.run_one([](int) {});
  }
  EXPECT_EQ(pool.counts().regions, 0);
}

TEST(FlushScope, SetsTheModeAndGivesItBack) {
  const unsigned before = _mm_getcsr();
  {
    const FlushScope flush;
    EXPECT_EQ(_mm_getcsr() & 0x8040u, 0x8040u);
  }
  EXPECT_EQ(_mm_getcsr() & 0x8040u, before & 0x8040u);
}

TEST(ThreadPool, DefaultUsesAtLeastOneCore) {
  ThreadPool pool(0);
  EXPECT_GE(pool.size(), 1);
  EXPECT_LE(pool.size(), static_cast<int>(std::thread::hardware_concurrency()));
}

TEST(ShareOf, TilesTheRange) {
  for (const int64_t count : {0, 1, 5, 31, 32, 33, 1000}) {
    for (const int workers : {1, 2, 3, 7}) {
      for (const int64_t grain : {1, 16, 32}) {
        int64_t expected = 0;
        for (int worker = 0; worker < workers; ++worker) {
          const Share share = share_of(count, worker, workers, grain);
          EXPECT_EQ(share.begin, expected);
          EXPECT_TRUE(share.begin % grain == 0 || share.begin == count);
          expected = share.end;
        }
        EXPECT_EQ(expected, count);
      }
    }
  }
}

TEST(Arena, AlignsKeepsAndGivesBack) {
  Arena arena;
  {
    Arena::Scope outer(arena);
    float* a = arena.floats(100);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(a) % 64, 0u);
    std::memset(a, 1, 400);
    {
      Arena::Scope inner(arena);
      float* big = arena.floats(3 << 20);
      std::memset(big, 2, 12 << 20);
      EXPECT_GE(arena.used(), (12 << 20) + 400);
    }
    EXPECT_EQ(arena.used(), 448);
    EXPECT_EQ(reinterpret_cast<unsigned char*>(a)[399], 1);
  }
  EXPECT_EQ(arena.used(), 0);
  EXPECT_GE(arena.peak(), 12 << 20);
}

TEST(Arena, DoesNotGrowAfterWarmUp) {
  Arena arena;
  auto step = [&] {
    Arena::Scope scope(arena);
    for (int i = 0; i < 40; ++i) arena.take(300000);
  };
  step();
  step();
  const int64_t reserved = arena.reserved();
  std::byte* first = nullptr;
  for (int i = 0; i < 5; ++i) {
    step();
    Arena::Scope scope(arena);
    std::byte* p = arena.take(1);
    EXPECT_TRUE(first == nullptr || first == p);
    first = p;
    EXPECT_EQ(arena.reserved(), reserved);
  }
}

}  // namespace
}  // namespace kedge
