#include "rewards/length/length_reward.h"

#include <gtest/gtest.h>

#include "tests/support/length_items.h"

namespace kedge {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// Its term is the row's length, negative where it is wrong.
class Echo : public RowLengthReward {
 public:
  using RowLengthReward::RowLengthReward;

 protected:
  Verdict term(const RewardItem&, const LengthRow& row) const override {
    return Verdict::scored(row.correct ? row.length : -row.length);
  }
};

// Its term is the number of rows.
class Count : public GroupLengthReward {
 public:
  using GroupLengthReward::GroupLengthReward;

 protected:
  std::vector<double> terms(std::span<const LengthRow> rows) const override {
    return std::vector<double>(rows.size(), static_cast<double>(rows.size()));
  }
};

std::vector<Verdict> judged(Reward& reward, MeasuredPrompt& prompt) {
  std::vector<Verdict> verdicts(prompt.items().size());
  reward.score(prompt.items(), verdicts);
  return verdicts;
}

TEST(LengthReward, AnUnknownCorrectnessHasNoTerm) {
  MeasuredPrompt prompt({5, 6, 7}, {1.0, kUnknown, 0.0});
  Echo reward{LengthConfig{}};
  const auto verdicts = judged(reward, prompt);
  EXPECT_EQ(verdicts[0].score, 5.0);
  EXPECT_EQ(verdicts[1].kind, VerdictKind::abstain);
  EXPECT_EQ(verdicts[2].score, -7.0);
  EXPECT_TRUE(reward.shapes());
}

TEST(LengthReward, AnAnswerThatWasNotSampledHasNoLength) {
  MeasuredPrompt prompt({0}, {1.0});
  Echo reward{LengthConfig{}};
  EXPECT_EQ(judged(reward, prompt)[0].kind, VerdictKind::abstain);
}

TEST(LengthReward, GradedAnswersNeedAThreshold) {
  MeasuredPrompt prompt({5, 6}, {0.5, 1.0});
  Echo without{LengthConfig{}};
  EXPECT_EQ(judged(without, prompt)[0].score, 0.0);
  Echo with{LengthConfig{.threshold = 0.5}};
  EXPECT_EQ(judged(with, prompt)[0].score, 5.0);
  // One graded answer takes the term from its whole group.
  Count group{LengthConfig{}};
  EXPECT_EQ(judged(group, prompt)[1].score, 0.0);
  Count group_with{LengthConfig{.threshold = 0.5}};
  EXPECT_EQ(judged(group_with, prompt)[1].score, 2.0);
}

TEST(LengthReward, TruncatedAnswersMayLeave) {
  MeasuredPrompt prompt({5, 6, 7}, {1.0, 0.0, 1.0});
  prompt.items()[1].truncated = true;
  Count keep{LengthConfig{}};
  EXPECT_EQ(judged(keep, prompt)[0].score, 3.0);
  Count leave{LengthConfig{.truncated = TruncatedRows::leave_group}};
  const auto verdicts = judged(leave, prompt);
  EXPECT_EQ(verdicts[0].score, 2.0);
  EXPECT_EQ(verdicts[1].score, 0.0);
  EXPECT_EQ(verdicts[1].note, "truncated");
}

}  // namespace
}  // namespace kedge
