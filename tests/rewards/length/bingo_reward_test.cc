#include <gtest/gtest.h>

#include "tests/support/length_items.h"

namespace kedge {
namespace {

// One answer of four sampled tokens behind a tool's token, with a surprisal per token.
class SurprisingAnswer {
 public:
  explicit SurprisingAnswer(std::vector<float> surprisal) {
    Row prompt;
    Row answer;
    answer.parent = 0;
    answer.kinds.assign(surprisal.size(), TokenKind::sampled);
    answer.kinds[0] = TokenKind::tool;
    group_.rows = {prompt, answer};
    group_.trajectories = {{{1}, TrajectoryRole::train}};
    signals_.column("surprisal", {}).values[{group_.key, 1}] = std::move(surprisal);
    item_.group = &group_;
    item_.signals = &signals_;
    item_.metric = 1.0;
    item_.length = 4;
    anchor_.counts = {{"bingo_significant", {1, 3}}, {"bingo_insignificant", {2, 2}}};
    item_.anchor = &anchor_;
  }
  RewardItem& item() { return item_; }
  AnchorRecord& anchor() { return anchor_; }

 private:
  Group group_;
  SignalTable signals_;
  AnchorRecord anchor_;
  RewardItem item_;
};

Verdict bingo(const std::string& settings, const RewardItem& item) {
  Verdict verdict;
  make_reward("bingo", settings)->score(std::span(&item, 1), std::span(&verdict, 1));
  return verdict;
}

TEST(BingoReward, CountsSampledTokensAgainstTheAnchor) {
  SurprisingAnswer answer({100, 0, 1, 9, 10});
  const auto counts = make_reward("bingo", "")->anchor_counts(answer.item());
  EXPECT_EQ(counts.at("bingo_significant"), 2.0);
  EXPECT_EQ(counts.at("bingo_insignificant"), 2.0);
  EXPECT_NEAR(bingo("", answer.item()).score, 5.0 * std::cos(1.0), 1e-12);
  EXPECT_EQ(make_reward("bingo", "")->columns(), std::vector<std::string>{"surprisal"});
}

TEST(BingoReward, AbstainsWithoutWhatItReads) {
  SurprisingAnswer answer({100, 0, 1, 9, 10});
  answer.anchor().counts["bingo_insignificant"] = {0, 0};
  EXPECT_EQ(bingo("", answer.item()).kind, VerdictKind::abstain);
  EXPECT_EQ(bingo("{strict_published: true}", answer.item()).score, 5.0);
  answer.item().anchor = nullptr;
  EXPECT_EQ(bingo("", answer.item()).kind, VerdictKind::abstain);
  answer.item().signals = nullptr;
  EXPECT_EQ(bingo("", answer.item()).note, "no surprisal of its tokens");
}

TEST(BingoReward, SignificanceMayBeGiven) {
  MeasuredPrompt prompt({4}, {1},
                        {{"significance", {0, 1, 9, 10}}, {"significance_reference", {0, 1}}});
  const auto terms = terms_of("bingo", "{significance: given}", prompt);
  EXPECT_NEAR(terms[0], 5.0 * std::cos(1.5707963267948966), 1e-9);
  EXPECT_FALSE(make_reward("bingo", "{significance: given}")->reads_anchor());
}

TEST(BingoReward, TheScheduleFollowsTheMeanMetric) {
  const auto reward = make_reward("bingo", "{slope_start: 1, slope_period: 2}");
  MeasuredPrompt prompt({4, 4}, {1, 0});
  for (int step = 0; step < 3; ++step) {
    for (RewardItem& item : prompt.items()) {
      item.step = step;
    }
    terms_of(*reward, prompt.items());
  }
  const json state = reward->state()->save();
  EXPECT_EQ(state["num_scores"], 3);
  EXPECT_EQ(state["scores"].back(), 0.5);
  EXPECT_EQ(state["k"], -1.0);  // no slope, twice
}

}  // namespace
}  // namespace kedge
