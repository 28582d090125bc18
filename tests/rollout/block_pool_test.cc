#include "rollout/block_pool.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace kedge {
namespace {

class BlockPoolTest : public ::testing::Test {
 protected:
  KvChain chain_of(int32_t length) {
    KvChain chain;
    chain.weights = {WeightSet::policy, 3};
    EXPECT_TRUE(pool_.reserve(chain, length, copies_));
    chain.length = length;
    return chain;
  }
  BlockPool pool_{8};
  std::vector<BlockCopy> copies_;
};

TEST_F(BlockPoolTest, ReserveTakesBlocksAndDropGivesThemBack) {
  KvChain chain = chain_of(33);
  EXPECT_EQ(chain.blocks.size(), 3u);
  EXPECT_EQ(pool_.num_free(), 5);
  EXPECT_EQ(pool_.weights(chain.blocks[2]), (WeightId{WeightSet::policy, 3}));
  EXPECT_TRUE(pool_.reserve(chain, 48, copies_)) << "room in the last block";
  EXPECT_EQ(pool_.num_free(), 5);
  pool_.drop(chain);
  EXPECT_EQ(pool_.num_free(), 8);
  EXPECT_EQ(chain.length, 0);
  EXPECT_TRUE(copies_.empty());
}

TEST_F(BlockPoolTest, SharingCountsReferences) {
  KvChain chain = chain_of(40);
  KvChain whole = pool_.share(chain, 40);
  KvChain part = pool_.share(chain, 16);
  EXPECT_EQ(pool_.num_free(), 5);
  EXPECT_EQ(pool_.references(chain.blocks[0]), 3);
  EXPECT_EQ(pool_.references(chain.blocks[1]), 2);
  EXPECT_EQ(part.blocks.size(), 1u);
  EXPECT_EQ(part.weights, chain.weights);
  pool_.drop(chain);
  pool_.drop(part);
  EXPECT_EQ(pool_.num_free(), 5) << "still read by one";
  pool_.drop(whole);
  EXPECT_EQ(pool_.num_free(), 8);
}

TEST_F(BlockPoolTest, WritingIntoASharedBlockCopiesIt) {
  KvChain first = chain_of(20);
  KvChain second = pool_.share(first, 20);
  EXPECT_EQ(pool_.missing(second, 21), 1);
  ASSERT_TRUE(pool_.reserve(second, 21, copies_));
  ASSERT_EQ(copies_.size(), 1u);
  EXPECT_EQ(copies_[0].from, first.blocks[1]);
  EXPECT_EQ(copies_[0].to, second.blocks[1]);
  EXPECT_NE(first.blocks[1], second.blocks[1]);
  EXPECT_EQ(first.blocks[0], second.blocks[0]);
  // The first is now the only reader of its last block.
  ASSERT_TRUE(pool_.reserve(first, 21, copies_));
  EXPECT_EQ(copies_.size(), 1u);
}

TEST_F(BlockPoolTest, AFullBlockNeedsNoCopy) {
  KvChain first = chain_of(32);
  KvChain second = pool_.share(first, 32);
  ASSERT_TRUE(pool_.reserve(second, 33, copies_));
  EXPECT_TRUE(copies_.empty());
  EXPECT_EQ(second.blocks.size(), 3u);
}

TEST_F(BlockPoolTest, WithoutRoomNothingChanges) {
  KvChain first = chain_of(100);  // 7 blocks
  KvChain second = pool_.share(first, 20);
  EXPECT_FALSE(pool_.reserve(second, 40, copies_)) << "a copy and a new block";
  EXPECT_EQ(second.blocks.size(), 2u);
  EXPECT_EQ(pool_.num_free(), 1);
  EXPECT_TRUE(copies_.empty());
  EXPECT_TRUE(pool_.reserve(second, 32, copies_));
}

TEST_F(BlockPoolTest, MisuseIsNoticed) {
  KvChain chain = chain_of(20);
  EXPECT_THROW(pool_.share(chain, 21), InvariantError);
  KvChain twice = pool_.share(chain, 20);
  pool_.drop(chain);
  pool_.drop(twice);
  KvChain forged;
  forged.blocks = {0};
  EXPECT_THROW(pool_.drop(forged), InvariantError);
  EXPECT_THROW(BlockPool(0), InvariantError);
}

}  // namespace
}  // namespace kedge
