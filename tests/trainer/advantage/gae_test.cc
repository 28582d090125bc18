#include "trainer/advantage/gae.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

using testing::estimate;
using testing::estimator_config;

TEST(Gae, SkipsUntrainedTokens) {
  const std::vector<uint8_t> mask = {1, 0, 1};
  std::vector<double> a(3);
  gae({0.5, 0.5}, mask, std::vector<double>{0, 9, 1}, std::vector<double>{0.25, 9, 0.5}, a);
  EXPECT_DOUBLE_EQ(a[2], 0.5);
  EXPECT_EQ(a[1], 0.0);
  EXPECT_DOUBLE_EQ(a[0], 0.5 * 0.5 - 0.25 + 0.25 * 0.5);
}

TEST(Gae, EstimatorPutsTheOutcomeOnTheLastToken) {
  PolicyRows rows = testing::reward_rows({{1}}, 2);
  rows.values.wide = {0.25, 0.5};
  AlgorithmConfig config;
  config.advantage = estimator_config("gae");
  EXPECT_EQ(testing::advantages_of(config, rows).advantage, (std::vector<double>{0.75, 0.5}));
}

}  // namespace
}  // namespace kedge
