#include "trainer/algorithm/token_terms.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"

namespace kedge {
namespace {

PolicyRows two_rows() {
  PolicyRows rows = testing::reward_rows({{1, 0}}, 2);
  rows.mask[1] = 0;
  rows.old_logprob.wide = {-1, std::nan(""), -1, -1};
  rows.ref_logprob.wide = {-1.5, std::nan(""), -1, -0.5};
  rows.sampler_logprob.wide = {-1.25, std::nan(""), -1, -1};
  return rows;
}

TEST(RewardKl, IsTakenAtTrainedTokens) {
  EXPECT_EQ(reward_kl(ShapedRewardConfig{}, two_rows()), (std::vector<double>{0.5, 0, 0, -0.5}));
}

TEST(ApplyCredit, MultipliesTrainedTokens) {
  PolicyRows rows = two_rows();
  rows.credit.wide = {2, std::nan(""), 0.5, 1};
  std::vector<double> advantage = {1, 0, 3, 4};
  apply_credit(CreditConfig{}, rows, rows.mask, advantage);
  EXPECT_EQ(advantage, (std::vector<double>{2, 0, 1.5, 4}));
}

TEST(CorrectionWeights, InjectedRowsWeighOne) {
  PolicyRows rows = two_rows();
  CorrectionConfig config;
  config.kind = "token_truncate";
  std::vector<uint8_t> kept = {1, 1};
  const auto weight = correction_weights(config, rows, rows.mask, kept);
  EXPECT_NEAR(weight[0], std::exp(0.25), 1e-15);
  EXPECT_EQ(weight[1], 0.0);
  EXPECT_EQ(weight[2], 1.0);
  rows.injected[0] = 1;
  EXPECT_EQ(correction_weights(config, rows, rows.mask, kept), (std::vector<double>{1, 0, 1, 1}));
}

TEST(CorrectionWeights, RejectedRowsAreMarked) {
  const PolicyRows rows = two_rows();
  CorrectionConfig config;
  config.kind = "geometric_reject";
  config.high = 1.1;
  std::vector<uint8_t> kept = {1, 1};
  correction_weights(config, rows, rows.mask, kept);
  EXPECT_EQ(kept, (std::vector<uint8_t>{0, 1}));
}

}  // namespace
}  // namespace kedge
