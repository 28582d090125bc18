#include "rewards/fenced.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

TEST(Fenced, TheLastClosedBlock) {
  EXPECT_EQ(last_fenced_block("a\n```py\n1\n```\nb\n```\n2\n3\n```"), "2\n3\n");
  EXPECT_EQ(last_fenced_block("```\n1\n```\n```open\n2"), "1\n");
  EXPECT_EQ(last_fenced_block("```x\n```"), "");
  EXPECT_FALSE(last_fenced_block("``` inline ```"));
  EXPECT_FALSE(last_fenced_block("none"));
}

}  // namespace
}  // namespace kedge
