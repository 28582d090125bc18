#include "rollout/prefix_index.h"

#include <gtest/gtest.h>

#include <numeric>

namespace kedge {
namespace {

std::vector<Token> counting(int32_t count, Token first = 0) {
  std::vector<Token> tokens(count);
  std::iota(tokens.begin(), tokens.end(), first);
  return tokens;
}

class PrefixIndexTest : public ::testing::Test {
 protected:
  Sequence sequence(std::vector<Token> tokens, uint64_t age, int32_t computed = 0) {
    Sequence s;
    s.age = age;
    s.group = group_;
    s.tokens = std::move(tokens);
    std::vector<BlockCopy> copies;
    EXPECT_TRUE(pool_.reserve(s.kv, computed, copies));
    s.kv.length = computed;
    return s;
  }
  KvChain chain(int32_t length, WeightId weights = {}) {
    KvChain kv;
    kv.weights = weights;
    std::vector<BlockCopy> copies;
    EXPECT_TRUE(pool_.reserve(kv, length, copies));
    kv.length = length;
    return kv;
  }
  GroupKey group_{Purpose::sample, 4, 0};
  BlockPool pool_{32};
  PrefixIndex index_{pool_};
};

TEST_F(PrefixIndexTest, SharesTheLongestPrefixOfLivingAndKept) {
  Sequence living = sequence(counting(40), 0, 40);
  index_.add(living);
  std::vector<Token> other = counting(60);
  other[50] = 99;
  index_.keep(group_, other, chain(60));
  Sequence wanting = sequence(counting(60), 1);
  EXPECT_EQ(index_.attach(wanting), 50);
  EXPECT_EQ(wanting.kv.length, 50);
  pool_.drop(wanting.kv);
  index_.release(group_);
  EXPECT_EQ(index_.attach(wanting), 40);
  index_.remove(living);
}

TEST_F(PrefixIndexTest, LeavesOneTokenToCompute) {
  index_.keep(group_, counting(40), chain(40));
  Sequence same = sequence(counting(40), 1);
  EXPECT_EQ(index_.attach(same), 39);
}

TEST_F(PrefixIndexTest, OtherGroupsAndWeightsAreNotShared) {
  index_.keep({Purpose::sample, 5, 0}, counting(40), chain(40));
  index_.keep(group_, counting(40), chain(40, {WeightSet::policy, 9}));
  index_.keep(group_, counting(40), chain(40, {WeightSet::initial, 0}));
  Sequence wanting = sequence(counting(40), 1);
  EXPECT_EQ(index_.attach(wanting), 0);
}

TEST_F(PrefixIndexTest, EvictsWhatWasKeptLongest) {
  index_.keep({Purpose::sample, 9, 0}, counting(16), chain(16));
  index_.keep(group_, counting(32), chain(32));
  EXPECT_EQ(pool_.num_free(), 29);
  EXPECT_TRUE(index_.evict_oldest());
  EXPECT_EQ(pool_.num_free(), 30);
  EXPECT_TRUE(index_.evict_oldest());
  EXPECT_FALSE(index_.evict_oldest());
  EXPECT_EQ(pool_.num_free(), 32);
}

TEST_F(PrefixIndexTest, DropsKeptKvOfOneSet) {
  index_.keep(group_, counting(16), chain(16, {WeightSet::policy, 1}));
  index_.keep(group_, counting(16), chain(16, {WeightSet::initial, 0}));
  index_.drop_kept(WeightSet::policy);
  EXPECT_EQ(pool_.num_free(), 31);
}

TEST_F(PrefixIndexTest, WaitsForAnOlderOneThatIsComputing) {
  Sequence older = sequence(counting(60), 0, 16);
  older.running = true;
  Sequence younger = sequence(counting(50), 1);
  index_.add(older);
  index_.add(younger);
  EXPECT_TRUE(index_.worth_waiting(younger));
  EXPECT_FALSE(index_.worth_waiting(older));
  older.running = false;
  EXPECT_FALSE(index_.worth_waiting(younger)) << "nobody is computing";
  older.running = true;
  younger.tokens[20] = 77;
  EXPECT_FALSE(index_.worth_waiting(younger)) << "less than a block to gain";
  index_.remove(older);
  index_.remove(younger);
}

}  // namespace
}  // namespace kedge
