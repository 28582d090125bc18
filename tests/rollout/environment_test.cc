#include "rollout/environment.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace kedge {
namespace {

TEST(EnvironmentTest, PlainAlwaysFinishes) {
  const auto plain = plain_environment();
  EXPECT_FALSE(plain->may_wait());
  for (const StopReason reason : {StopReason::length, StopReason::stop_token}) {
    EXPECT_TRUE(std::holds_alternative<Finish>(plain->next(Row(), reason)));
  }
}

TEST(EnvironmentTest, ChunksHaveStreamsOfTheirOwn) {
  EXPECT_EQ(chunk_stream(5, 0), 5u);
  EXPECT_NE(chunk_stream(5, 1), chunk_stream(6, 1));
  EXPECT_EQ(base_stream(chunk_stream(5, 3)), 5u);
  EXPECT_EQ(chunk_of(chunk_stream(5, 3)), 3);
  EXPECT_THROW(chunk_stream(1u << 24, 1), InvariantError);
  EXPECT_THROW(chunk_stream(1, 256), InvariantError);
}

}  // namespace
}  // namespace kedge
