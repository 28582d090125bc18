#include "cli/reward/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace kedge {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

Series line_from(double first, double last, int points = 8) {
  Series series;
  for (int i = 0; i < points; ++i) {
    series.push_back({static_cast<double>(i), first + (last - first) * i / (points - 1)});
  }
  return series;
}

json sample(int step, const std::string& prompt, const std::string& completion, double reward) {
  return {{"step", step},
          {"kind", "train"},
          {"prompt_id", prompt},
          {"completion", completion},
          {"length", completion.size()},
          {"reward", reward}};
}

// A run as it should be.
RunData healthy() {
  RunData run;
  run.metrics["critic/rewards/mean"] = line_from(0.2, 0.8);
  run.metrics["eval/pass@1"] = line_from(0.2, 0.7);
  run.metrics["frac_reward_zero_std"] = line_from(0.1, 0.3);
  run.metrics["rewards/exact/share_error"] = line_from(0, 0);
  for (int i = 0; i < 40; ++i) {
    const std::string id = std::to_string(i);
    run.samples.push_back(sample(i, id, "a thought about " + id + "\n12", i % 2));
  }
  return run;
}

std::vector<std::string> flagged(const RunData& run) {
  std::vector<std::string> names;
  for (const Finding& finding : audit(run)) {
    EXPECT_FALSE(finding.text.empty()) << finding.check;
    if (finding.flagged) names.push_back(finding.check);
  }
  return names;
}

TEST(RewardAudit, AHealthyRunHasNoSign) {
  EXPECT_THAT(flagged(healthy()), IsEmpty());
  EXPECT_THAT(flagged(RunData{}), IsEmpty());
}

TEST(RewardAudit, RewardThatRisesWithoutAccuracy) {
  RunData run = healthy();
  run.metrics["eval/pass@1"] = line_from(0.4, 0.4);
  EXPECT_THAT(flagged(run), UnorderedElementsAre("reward_without_accuracy"));
  run.metrics["critic/rewards/mean"] = line_from(0.4, 0.41);
  EXPECT_THAT(flagged(run), IsEmpty());
}

TEST(RewardAudit, TheSameAnswerForEveryPrompt) {
  RunData run = healthy();
  for (json& line : run.samples) line["completion"] = "The answer is 42.";
  const auto findings = audit(run);
  EXPECT_TRUE(findings[1].flagged);
  EXPECT_EQ(findings[1].value, 1.0);
  EXPECT_THAT(findings[1].example, HasSubstr("The answer is 42."));
  // Of one prompt it is no sign.
  for (json& line : run.samples) line["prompt_id"] = "one";
  EXPECT_FALSE(audit(run)[1].flagged);
}

TEST(RewardAudit, VeryLongAndVeryShortRewardedAnswers) {
  RunData run = healthy();
  for (size_t i = 31; i < run.samples.size(); i += 4) run.samples[i]["length"] = 2000;
  EXPECT_THAT(flagged(run), UnorderedElementsAre("long_rewarded"));
  for (size_t i = 31; i < run.samples.size(); i += 4) run.samples[i]["length"] = 1;
  EXPECT_THAT(flagged(run), UnorderedElementsAre("short_rewarded"));
  // Earlier in the run it does not count.
  run = healthy();
  for (size_t i = 1; i < 15; i += 2) run.samples[i]["length"] = 2000;
  EXPECT_THAT(flagged(run), IsEmpty());
}

TEST(RewardAudit, AnswersThatAreListed) {
  EXPECT_EQ(num_answers("so \\boxed{7}"), 1);
  EXPECT_EQ(num_answers("\\boxed{7} or \\boxed{8} or \\boxed{9}"), 3);
  EXPECT_EQ(num_answers("The answer is 7. The answer is 8."), 2);
  EXPECT_EQ(num_answers("#### 7\n#### 8"), 2);
  EXPECT_EQ(num_answers("1, 2; 3, 4, 5"), 5);
  EXPECT_EQ(num_answers("Lily, who was here, left."), 1);
  EXPECT_EQ(num_answers("7+5=12\n12"), 1);
  EXPECT_EQ(num_answers(""), 1);
  RunData run = healthy();
  for (size_t i = 1; i < run.samples.size(); i += 2) {
    run.samples[i]["completion"] = std::to_string(i) + ": 1, 2, 3, 4, 5";
  }
  EXPECT_THAT(flagged(run), UnorderedElementsAre("listed_answers"));
}

TEST(RewardAudit, TroubleAndFlatGroups) {
  RunData run = healthy();
  run.metrics["rewards/exact/share_timeout"] = line_from(0, 0.02);
  run.metrics["frac_reward_zero_std"] = line_from(0.5, 0.99);
  EXPECT_THAT(flagged(run), UnorderedElementsAre("judging_trouble", "flat_groups"));
  EXPECT_THAT(audit(run)[5].text, HasSubstr("rewards/exact/share_timeout"));
}

}  // namespace
}  // namespace kedge
