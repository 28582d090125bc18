#include "trainer/operators.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

TEST(Operators, FollowTheConfiguredNumerics) {
  ComputeSection config;
  EXPECT_TRUE(make_operators(config).name.starts_with("exact"));
  config.numerics = Numerics::reference;
  EXPECT_EQ(make_operators(config).name, "reference");
}

TEST(Operators, ThreadsZeroMeansSome) {
  EXPECT_GE(threads_of({}), 1);
  ComputeSection three;
  three.threads = 3;
  EXPECT_EQ(threads_of(three), 3);
}

}  // namespace
}  // namespace kedge
