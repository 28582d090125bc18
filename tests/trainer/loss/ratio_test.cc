#include "trainer/loss/ratio.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

TEST(TokenRatio, IsOneAtZeroAndStopsAtTheClamp) {
  EXPECT_EQ(token_ratio(0.0, 20.0).rho, 1.0);
  EXPECT_EQ(token_ratio(0.0, 20.0).own, 1.0);
  const Ratio inside = token_ratio(0.5, 20.0);
  EXPECT_NEAR(inside.rho, std::exp(0.5), 1e-15);
  EXPECT_EQ(inside.own, inside.rho);
  const Ratio above = token_ratio(30.0, 20.0);
  EXPECT_NEAR(above.rho / std::exp(20.0), 1.0, 1e-14);
  EXPECT_EQ(above.own, 0.0);
  EXPECT_NEAR(token_ratio(30.0, std::nullopt).own / std::exp(30.0), 1.0, 1e-14);
}

TEST(SequenceRatio, SharesItsDerivative) {
  RatioConfig config;
  config.level = RatioLevel::sequence;
  const Ratio s = sequence_ratio(config, 1.0, 4);
  EXPECT_NEAR(s.rho, std::exp(0.25), 1e-15);
  EXPECT_NEAR(s.shared, s.rho / 4, 1e-15);
  EXPECT_EQ(s.own, 0.0);
  EXPECT_EQ(sequence_ratio(config, 100.0, 4).shared, 0.0);  // mean 25 is above 10
  config.level = RatioLevel::sequence_token;
  EXPECT_EQ(sequence_ratio(config, 1.0, 4).own, s.rho);
  EXPECT_EQ(sequence_ratio(config, 1.0, 4).shared, 0.0);
  config.level = RatioLevel::sequence_product;
  EXPECT_NEAR(sequence_ratio(config, 1.0, 4).shared, std::exp(1.0), 1e-14);
  EXPECT_EQ(sequence_ratio(config, -50.0, 4).shared, 0.0);
}

TEST(SequenceRatio, RefusesTokenLevels) {
  EXPECT_THROW(sequence_ratio(RatioConfig{}, 1.0, 1), InvariantError);
  EXPECT_FALSE(is_sequence_level(RatioLevel::token));
  EXPECT_FALSE(is_sequence_level(RatioLevel::none));
}

}  // namespace
}  // namespace kedge
