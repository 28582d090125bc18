#include "trainer/loss/aggregate.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

// Two groups: rows of 1 and 3 tokens; a row of 4 and an empty one.
std::vector<double> coefficients(AggregateMode mode, AggregateRows rows = AggregateRows::all) {
  const std::vector<int32_t> group = {0, 0, 1, 1};
  const std::vector<int64_t> tokens = {1, 3, 4, 0};
  const std::vector<uint8_t> counted = {1, 1, 1, 1};
  AggregateConfig config;
  config.mode = mode;
  config.rows = rows;
  config.divisor = 10.0;
  return aggregation_coefficients(config, {group, tokens, counted, 2});
}

TEST(Aggregate, EveryMode) {
  using M = AggregateMode;
  const auto list = [](double a, double b, double c) { return std::vector<double>{a, b, c, 0}; };
  EXPECT_EQ(coefficients(M::token_mean), list(1. / 8, 1. / 8, 1. / 8));
  EXPECT_EQ(coefficients(M::token_sum), list(1, 1, 1));
  EXPECT_EQ(coefficients(M::seq_mean_token_mean), list(1. / 4, 1. / 12, 1. / 16));
  EXPECT_EQ(coefficients(M::seq_mean_token_mean, AggregateRows::trained),
            list(1. / 3, 1. / 9, 1. / 12));
  EXPECT_EQ(coefficients(M::seq_mean_token_sum), list(1. / 4, 1. / 4, 1. / 4));
  EXPECT_EQ(coefficients(M::seq_mean_token_sum_norm), list(1. / 40, 1. / 40, 1. / 40));
  EXPECT_EQ(coefficients(M::group_mean_token_mean), list(1. / 8, 1. / 8, 1. / 8));
}

TEST(Aggregate, NothingToTrain) {
  const std::vector<int32_t> group = {0};
  const std::vector<int64_t> tokens = {0};
  const std::vector<uint8_t> counted = {0};
  EXPECT_EQ(aggregation_coefficients({}, {group, tokens, counted, 1}), std::vector<double>{0.0});
}

}  // namespace
}  // namespace kedge
