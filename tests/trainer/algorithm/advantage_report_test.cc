#include "trainer/algorithm/advantage_report.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

ordered_json report(const std::string& yaml, const std::string& line) {
  return advantage_report(testing::algorithm(yaml), json::parse(line));
}

TEST(AdvantageReport, ShowsEveryIntermediate) {
  const ordered_json out =
      report("{preset: dr_grpo, aggregate: {divisor: 8}}",
             R"({"id": "a", "rewards": [1, 0, null, 1], "lengths": [3, 1, 2, 0]})");
  EXPECT_EQ(out["id"], "a");
  EXPECT_NEAR(out["advantages"][0].get<double>(), 1.0 / 3, 1e-15);
  EXPECT_NEAR(out["baseline"].get<double>(), 2.0 / 3, 1e-15);
  EXPECT_EQ(out["used"], json({true, true, false, true}));
  EXPECT_EQ(out["advantages"][2], 0.0);
  EXPECT_TRUE(out["rewards"][2].is_null());
  EXPECT_FALSE(out["flat"].get<bool>());
}

TEST(AdvantageReport, AapoShowsMarginAndReference) {
  const ordered_json out =
      report("{preset: aapo}", R"({"rewards": [1, 0], "reference_rewards": [0, 1]})");
  EXPECT_EQ(out["margin"], json({0.28, -0.2}));
  EXPECT_EQ(out["reference"], 0.5);
  EXPECT_THROW(report("{preset: aapo}", R"({"rewards": [1, 0]})"), PolicyError);
}

TEST(AdvantageReport, OverlongAndTokens) {
  const ordered_json out =
      report("{preset: dapo, reward: {overlong: {limit: 4, buffer: 2}}, advantage: {scale: none}}",
             R"({"rewards": [1, 0], "lengths": [4, 1]})");
  EXPECT_EQ(out["rewards"], json({0.0, 0.0}));
  const ordered_json discounted =
      report("{preset: verl, advantage: {estimator: reinforce_pp, gamma: 0.5}}",
             R"({"rewards": [4], "lengths": [2]})");
  EXPECT_EQ(discounted["advantages"][0], json({2.0, 4.0}));
  EXPECT_EQ(discounted["row_advantages"][0], 4.0);
}

TEST(AdvantageReport, SaysWhatItLeftOut) {
  const std::string line = R"({"rewards": [1, 0]})";
  EXPECT_TRUE(report("{preset: rloo}", line).contains("left_out"));
  const ordered_json with = report(
      "{preset: rloo, reward: {kl_coef: 1}}",
      R"({"rewards": [1, 0], "lengths": [1, 1], "old": [[-1], [-1]], "reference": [[-2], [-1]]})");
  EXPECT_FALSE(with.contains("left_out"));
  EXPECT_EQ(with["rewards"], json({0.0, 0.0}));
}

TEST(AdvantageReport, LinesAreOneBatch) {
  const std::vector<PromptLine> lines = {{json::parse(R"({"rewards": [1, 0]})"), "f:1"},
                                         {json::parse(R"({"rewards": [1, 1]})"), "f:2"}};
  const AlgorithmConfig config = testing::algorithm("{preset: verl, advantage: {estimator: gpg}}");
  const auto out = advantage_report(config, lines);
  EXPECT_EQ(out[0]["advantages"], json({1.0, -1.0}));  // alpha 2 / 1
  EXPECT_EQ(out[0]["alpha"], 2.0);
  EXPECT_TRUE(out[1]["flat"].get<bool>());
}

TEST(AdvantageReport, RefusesUnknownMembersAndShapes) {
  EXPECT_THROW(report("{preset: verl}", R"({"reward": [1, 0]})"), ConfigError);
  EXPECT_THROW(report("{preset: verl}", R"({"rewards": [1, 0], "lengths": [1]})"), ConfigError);
  EXPECT_THROW(report("{preset: verl}", R"({"rewards": [1, 0], "truncated": [1]})"), PolicyError);
}

}  // namespace
}  // namespace kedge
