#include "comm/tree_reduce.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

// Values whose fp32 sum depends on the order.
float value(int shard, int64_t i) {
  const float scale[] = {1.0f, 3e7f, -3e7f, 0.5f, 7e-4f, -1.25f, 1e6f, 0.3f};
  return scale[shard % 8] * static_cast<float>(1 + i % 13) + static_cast<float>(shard);
}

float expected_of_five(int64_t i) {
  const float low = (value(0, i) + value(1, i)) + (value(2, i) + value(3, i));
  return low + value(4, i);
}

TEST(SliceElements, AreEqualAlignedAndCoverAll) {
  EXPECT_EQ(slice_elements(0, 3), 0);
  EXPECT_EQ(slice_elements(1, 3), 4096);
  EXPECT_EQ(slice_elements(3 * 4096, 3), 4096);
  EXPECT_EQ(slice_elements(3 * 4096 + 1, 3), 8192);
}

TEST(TreeSum, FollowsTheDeclaredTree) {
  std::vector<float> shards(5 * 7);
  for (int shard = 0; shard < 5; ++shard) {
    for (int i = 0; i < 7; ++i) {
      shards[shard * 7 + i] = value(shard, i);
    }
  }
  tree_sum(TensorView(shards.data(), {5, 7}));
  for (int i = 0; i < 7; ++i) {
    EXPECT_EQ(shards[i], expected_of_five(i)) << i;
  }
}

TEST(TreeReduce, GivesEveryRankTheTreeSum) {
  for (const int64_t numel : {int64_t{0}, int64_t{1}, int64_t{4097}, int64_t{30000}}) {
    run_in_process(5, std::chrono::milliseconds(10000), [&](Communicator& communicator) {
      std::vector<float> values(numel);
      for (int64_t i = 0; i < numel; ++i) {
        values[i] = value(communicator.rank(), i);
      }
      tree_reduce(communicator, values);
      for (int64_t i = 0; i < numel; ++i) {
        ASSERT_EQ(values[i], expected_of_five(i)) << i << " on rank " << communicator.rank();
      }
    });
  }
}

// Eight shards on 1, 2, 4 and 8 ranks: each rank sums its own aligned run by the same tree first.
TEST(TreeReduce, BitsDoNotDependOnTheNumberOfRanks) {
  constexpr int kShards = 8;
  constexpr int64_t kNumel = 5000;
  std::vector<std::vector<float>> results;
  for (const int ranks : {1, 2, 4, 8}) {
    std::vector<float> result;
    run_in_process(ranks, std::chrono::milliseconds(10000), [&](Communicator& communicator) {
      const int own = kShards / ranks;
      std::vector<float> shards(own * kNumel);
      for (int s = 0; s < own; ++s) {
        for (int64_t i = 0; i < kNumel; ++i) {
          shards[s * kNumel + i] = value(communicator.rank() * own + s, i);
        }
      }
      tree_sum(TensorView(shards.data(), {own, kNumel}));
      shards.resize(kNumel);
      tree_reduce(communicator, shards);
      if (communicator.rank() == 0) {
        result = shards;
      }
    });
    results.push_back(result);
  }
  for (const auto& result : results) {
    EXPECT_EQ(result, results.front());
  }
}

}  // namespace
}  // namespace kedge
