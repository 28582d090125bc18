#include "rollout/sequence.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

TEST(SequenceTest, CommonPrefix) {
  EXPECT_EQ(common_prefix({1, 2, 3}, {1, 2, 4, 5}), 2);
  EXPECT_EQ(common_prefix({1, 2}, {1, 2, 4}), 2);
  EXPECT_EQ(common_prefix({}, {1}), 0);
}

TEST(SequenceTest, ChunkToTheEndWantsLogits) {
  Sequence sequence;
  sequence.tokens = {1, 2, 3, 4};
  sequence.kv.length = 1;
  EXPECT_EQ(sequence.pending(), 3);
  EXPECT_FALSE((Chunk{&sequence, 1, 3}.wants_logits()));
  EXPECT_TRUE((Chunk{&sequence, 1, 4}.wants_logits()));
}

}  // namespace
}  // namespace kedge
