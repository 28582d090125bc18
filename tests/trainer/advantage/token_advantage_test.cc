#include "trainer/advantage/token_advantage.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

using testing::estimate;
using testing::estimator_config;

const std::vector<uint8_t> kMask = {1, 0, 1, 1};

TEST(TokenAdvantage, SuffixSumsSkipUntrainedTokens) {
  std::vector<double> v = {1, 100, 2, 4};
  suffix_sum(kMask, 0.5, v);
  EXPECT_EQ(v, (std::vector<double>{3, 0, 4, 4}));
}

TEST(TokenAdvantage, WhitenedTokensHaveMeanZeroAndDeviationOne) {
  std::vector<double> v = {1, 100, 2, 6};
  whiten_tokens(kMask, StdKind::sample, 1e-12, v);
  EXPECT_NEAR(v[0] + v[2] + v[3], 0, 1e-12);
  EXPECT_NEAR((v[0] * v[0] + v[2] * v[2] + v[3] * v[3]) / 2, 1, 1e-9);
  EXPECT_EQ(v[1], 0);
}

TEST(TokenAdvantage, NothingToWhiten) {
  std::vector<double> v = {1, 2};
  whiten_tokens(std::vector<uint8_t>{0, 0}, StdKind::sample, 1e-8, v);
  EXPECT_EQ(v, (std::vector<double>{1, 2}));
}

TEST(TokenAdvantage, WhitenedRows) {
  std::vector<double> v = {1, 100, 3};
  whiten_rows(std::vector<uint8_t>{1, 0, 1}, StdKind::population, 1.0, v);
  EXPECT_EQ(v, (std::vector<double>{-0.5, 0, 0.5}));
}

}  // namespace
}  // namespace kedge
