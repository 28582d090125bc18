#include "trainer/algorithm/prepare.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

TEST(PrepareBatch, FlatGroupsLeaveWhereAsked) {
  const PolicyRows rows = testing::reward_rows({{1, 1}, {1, 0}});
  AlgorithmConfig config;
  EXPECT_EQ(testing::advantages_of(config, rows).sibling, (std::vector<uint8_t>{1, 1, 1, 1}));
  EXPECT_EQ(testing::advantages_of(config, rows).flat, (std::vector<uint8_t>{1, 0}));
  for (const ZeroVariance rule : {ZeroVariance::drop, ZeroVariance::resample}) {
    config.zero_variance = rule;
    const PreparedBatch batch = testing::advantages_of(config, rows);
    EXPECT_EQ(batch.sibling, (std::vector<uint8_t>{0, 0, 1, 1}));
    EXPECT_EQ(batch.mask, (std::vector<uint8_t>{0, 0, 1, 1}));
    EXPECT_EQ(batch.dropped, (std::vector<uint8_t>{1, 0}));
  }
}

TEST(PrepareBatch, TruncatedRows) {
  PolicyRows rows = testing::reward_rows({{1, 0, 0}});
  rows.truncated = {0, 0, 1};
  AlgorithmConfig config;
  config.advantage.scale = AdvantageScale::none;
  config.truncated = TruncatedRule::mask;  // still in the baseline
  PreparedBatch batch = testing::advantages_of(config, rows);
  EXPECT_NEAR(batch.row_advantage[0], 2.0 / 3, 1e-15);
  EXPECT_EQ(batch.mask, (std::vector<uint8_t>{1, 1, 0}));
  config.truncated = TruncatedRule::leave_group;
  batch = testing::advantages_of(config, rows);
  EXPECT_EQ(batch.row_advantage, (std::vector<double>{0.5, -0.5, 0}));
}

TEST(PrepareBatch, BaselineOnlyRowsAreNotTrained) {
  PolicyRows rows = testing::reward_rows({{1, 0, 0}});
  rows.trains[2] = 0;
  AlgorithmConfig config;
  config.advantage.scale = AdvantageScale::none;
  const PreparedBatch batch = testing::advantages_of(config, rows);
  EXPECT_NEAR(batch.row_advantage[0], 2.0 / 3, 1e-15);
  EXPECT_EQ(batch.mask, (std::vector<uint8_t>{1, 1, 0}));
  EXPECT_EQ(plan_update(config, rows, batch, {0, 1}).metrics.rows, 2);
}

TEST(PrepareBatch, ShowsItsWork) {
  PolicyRows rows = testing::reward_rows({{1, 0}});
  AlgorithmConfig config;
  config.advantage.scale = AdvantageScale::none;
  config.advantage.clip = {{-0.25, 0.25}};
  const PreparedBatch batch = testing::advantages_of(config, rows);
  EXPECT_EQ(batch.row_advantage, (std::vector<double>{0.25, -0.25}));
  EXPECT_EQ(batch.details[0]["before_clip"], json({0.5, -0.5}));
  EXPECT_EQ(batch.details[0]["baseline"], 0.5);
  EXPECT_TRUE(prepare_batch(config, rows).details.empty());
}

TEST(PrepareBatch, NamesTheKeyWhoseColumnIsMissing) {
  const PolicyRows rows = testing::reward_rows({{1, 0}});
  const auto refusal = [&](const std::string& yaml) {
    try {
      prepare_batch(testing::algorithm(yaml), rows);
    } catch (const ConfigError& e) {
      return e.place();
    }
    return std::string("accepted");
  };
  EXPECT_EQ(refusal("{preset: grpo}"), "algorithm.kl.coef");
  EXPECT_EQ(refusal("{preset: rloo}"), "algorithm.reward.kl_coef");
  EXPECT_EQ(refusal("{preset: trl}"), "algorithm.correction");
  EXPECT_EQ(refusal("{preset: attnrl, kl: {coef: 0}}"), "algorithm.advantage.estimator");
  EXPECT_EQ(refusal("{preset: verl, advantage: {estimator: gae}}"),
            "algorithm.advantage.estimator");
  EXPECT_EQ(refusal("{preset: gspo}"), "accepted");
}

TEST(PrepareBatch, CreditMultipliesTrainedTokens) {
  PolicyRows rows = testing::reward_rows({{1, 0}}, 2);
  rows.credit.wide = {2, 1, 0.5, std::nan("")};
  rows.mask[3] = 0;
  AlgorithmConfig config;
  config.advantage.scale = AdvantageScale::none;
  EXPECT_EQ(testing::advantages_of(config, rows).advantage,
            (std::vector<double>{1, 0.5, -0.25, 0}));
}

TEST(SignalColumns, AreWhatTheConfigurationReads) {
  EXPECT_EQ(signal_columns(testing::algorithm("{preset: attnrl}")),
            (std::vector<std::string>{"ref_logprob", "given_advantage"}));
  EXPECT_TRUE(signal_columns(testing::algorithm("{preset: gspo}")).empty());
}

}  // namespace
}  // namespace kedge
