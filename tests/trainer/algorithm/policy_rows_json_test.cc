#include "trainer/algorithm/policy_rows_json.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

TEST(PolicyRowsJson, ReadsEveryColumn) {
  const json inputs = json::parse(R"({
    "group": [0, 1], "reward": [1, null], "verdict": ["score", "timeout"], "mask": [[1, 0], [1]],
    "old": [[-1, "nan"], ["-inf"]], "truncated": [0, 1], "source": ["policy", "injected"],
    "given_advantage": [[1, 2], 3],
    "ref_reward": [[0, null], null], "greedy_reward": [null, 0.5]})");
  const PolicyRows rows = policy_rows_from_json(inputs, "test");
  EXPECT_EQ(rows.num_groups, 2);
  EXPECT_EQ(rows.begin, (std::vector<int64_t>{0, 2, 3}));
  EXPECT_EQ(rows.scored, (std::vector<uint8_t>{1, 0}));
  EXPECT_EQ(rows.injected, (std::vector<uint8_t>{0, 1}));
  EXPECT_EQ(rows.truncated, (std::vector<uint8_t>{0, 1}));
  EXPECT_TRUE(std::isnan(rows.old_logprob.wide[1]));
  EXPECT_EQ(rows.old_logprob.wide[2], -HUGE_VAL);
  EXPECT_EQ(rows.given_token.wide, (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(rows.given, (std::vector<double>{0, 3}));
  EXPECT_EQ(*(*rows.anchor[0].rewards)[0], 0.0);
  EXPECT_FALSE((*rows.anchor[0].rewards)[1]);
  EXPECT_FALSE(rows.anchor[1].rewards);
  EXPECT_EQ(*rows.anchor[1].greedy, 0.5);
  EXPECT_TRUE(rows.ref_logprob.empty());
}

TEST(PolicyRowsJson, RefusesOtherShapes) {
  json inputs = {{"group", {0, 0}}, {"reward", {1, 0}}, {"mask", {{1}, {1, 1}}}};
  EXPECT_NO_THROW(policy_rows_from_json(inputs, "test"));
  inputs["old"] = {{-1}, {-1}};
  EXPECT_THROW(policy_rows_from_json(inputs, "test"), PolicyError);
  inputs.erase("old");
  inputs["reward"] = {1};
  EXPECT_THROW(policy_rows_from_json(inputs, "test"), PolicyError);
  inputs.erase("reward");
  EXPECT_THROW(policy_rows_from_json(inputs, "test"), ConfigError);
  EXPECT_THROW(policy_rows_from_json({{"group", {-1}}}, "test"), ConfigError);
}

}  // namespace
}  // namespace kedge
