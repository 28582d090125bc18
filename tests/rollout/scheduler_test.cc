#include "rollout/scheduler.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace kedge {
namespace {

class SchedulerTest : public ::testing::Test {
 protected:
  void make(int32_t blocks, int32_t slots, int32_t prefill) {
    pool_ = std::make_unique<BlockPool>(blocks);
    index_ = std::make_unique<PrefixIndex>(*pool_);
    scheduler_ = std::make_unique<Scheduler>(*pool_, *index_, SchedulerLimits{slots, prefill});
  }
  Sequence& add(int32_t tokens, uint64_t prompt) {
    auto sequence = std::make_unique<Sequence>();
    sequence->age = sequences_.size();
    sequence->group = {Purpose::sample, prompt, 0};
    sequence->tokens.assign(tokens, static_cast<Token>(prompt));
    sequences_.push_back(std::move(sequence));
    scheduler_->add(*sequences_.back());
    return *sequences_.back();
  }
  // One pass in which every sequence at its end gets one more token.
  void pass() {
    const Pass& plan = scheduler_->plan();
    scheduler_->commit();
    for (const Chunk& chunk : plan.chunks) {
      if (chunk.wants_logits()) chunk.sequence->tokens.push_back(1);
    }
  }
  std::unique_ptr<BlockPool> pool_;
  std::unique_ptr<PrefixIndex> index_;
  std::unique_ptr<Scheduler> scheduler_;
  std::vector<std::unique_ptr<Sequence>> sequences_;
};

TEST_F(SchedulerTest, PrefillIsCutIntoChunksBesideDecode) {
  make(64, 8, 20);
  Sequence& first = add(30, 1);
  Sequence& second = add(30, 2);
  const Pass& plan = scheduler_->plan();
  ASSERT_EQ(plan.chunks.size(), 1u) << "the budget is used up";
  EXPECT_EQ(plan.chunks[0].end, 20);
  EXPECT_FALSE(plan.chunks[0].wants_logits());
  scheduler_->commit();
  pass();  // 10 of the first, 10 of the second
  EXPECT_EQ(first.kv.length, 30);
  EXPECT_EQ(second.kv.length, 10);
  const Pass& third = scheduler_->plan();
  ASSERT_EQ(third.chunks.size(), 2u);
  EXPECT_EQ(third.chunks[0].end - third.chunks[0].begin, 1) << "decode is outside the budget";
  EXPECT_EQ(third.chunks[1].end, 30);
}

TEST_F(SchedulerTest, SlotsLimitWhoRuns) {
  make(64, 2, 100);
  add(5, 1);
  Sequence& second = add(5, 2);
  Sequence& third = add(5, 3);
  pass();
  EXPECT_EQ(scheduler_->num_running(), 2);
  EXPECT_EQ(third.kv.length, 0);
  scheduler_->park(second);
  pass();
  EXPECT_EQ(third.kv.length, 5);
  EXPECT_EQ(second.kv.length, 5) << "parked KV stays";
}

TEST_F(SchedulerTest, TheYoungestGivesItsBlocksBack) {
  make(4, 8, 100);
  Sequence& older = add(31, 1);
  Sequence& younger = add(16, 2);
  pass();
  pass();
  pass();
  EXPECT_EQ(younger.kv.length, 0) << "33 tokens of the older need a third block";
  EXPECT_FALSE(younger.running);
  EXPECT_EQ(older.kv.length, 33);
  EXPECT_EQ(scheduler_->take_counts().preemptions, 1);
  for (int i = 0; i < 10; ++i) pass();
  EXPECT_EQ(older.kv.length, 43);
  pool_->drop(older.kv);
  scheduler_->remove(older);
  pass();
  EXPECT_GT(younger.kv.length, 16) << "prefilled again, with what it had sampled";
}

TEST_F(SchedulerTest, KeptKvGoesBeforeAnybodyIsPreempted) {
  make(3, 8, 100);
  KvChain kept;
  std::vector<BlockCopy> copies;
  ASSERT_TRUE(pool_->reserve(kept, 16, copies));
  kept.length = 16;
  index_->keep({Purpose::sample, 9, 0}, std::vector<Token>(16, 3), std::move(kept));
  Sequence& only = add(32, 1);
  pass();
  pass();
  EXPECT_EQ(only.kv.length, 33);
  EXPECT_EQ(scheduler_->take_counts().preemptions, 0);
}

TEST_F(SchedulerTest, WhatCannotFitAloneIsAnError) {
  make(2, 8, 100);
  add(40, 1);
  EXPECT_THROW(scheduler_->plan(), InvariantError);
}

TEST_F(SchedulerTest, AGroupsPrefixIsComputedOnce) {
  make(64, 8, 32);
  Sequence& first = add(60, 1);
  Sequence& second = add(60, 1);
  pass();
  EXPECT_EQ(first.kv.length, 32);
  EXPECT_EQ(second.kv.length, 0) << "waits";
  pass();
  pass();
  EXPECT_EQ(scheduler_->take_counts().shared_tokens, 59);
  EXPECT_EQ(second.kv.length, 60);
  EXPECT_EQ(pool_->references(first.kv.blocks[0]), 2);
  EXPECT_EQ(pool_->references(first.kv.blocks[3]), 1) << "the partly filled block was copied";
}

TEST_F(SchedulerTest, NewWeightsMeanNewKv) {
  make(64, 8, 100);
  Sequence& first = add(20, 1);
  Sequence& second = add(20, 1);
  pass();
  pass();
  scheduler_->invalidate({WeightSet::policy, 1});
  EXPECT_EQ(first.kv.length, 0);
  EXPECT_EQ(pool_->num_free(), 64);
  scheduler_->take_counts();
  pass();
  EXPECT_EQ(first.kv.weights.version, 1u);
  EXPECT_EQ(second.kv.length, 0);
  pass();
  EXPECT_EQ(scheduler_->take_counts().shared_tokens, 20) << "what both have in common";
  EXPECT_EQ(pool_->weights(second.kv.blocks[0]).version, 1u);
}

TEST_F(SchedulerTest, NothingToDoIsAnEmptyPlan) {
  make(4, 2, 10);
  EXPECT_TRUE(scheduler_->plan().chunks.empty());
  EXPECT_TRUE(scheduler_->empty());
}

}  // namespace
}  // namespace kedge
