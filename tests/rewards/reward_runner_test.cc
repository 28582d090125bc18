#include "rewards/reward_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <limits>

#include "tests/support/reward_items.h"

namespace kedge {
namespace {

using ::testing::HasSubstr;

// Scores the length of a completion, once the gate is open; "throw" throws.
class GatedReward : public Reward {
 public:
  explicit GatedReward(RewardLanes lanes) : lanes_(lanes) {}
  RewardLanes lanes() const override { return lanes_; }
  void stop() override { stopped_ = true; }

  void score(std::span<const RewardItem> items, std::span<Verdict> verdicts) override {
    while (!open && !stopped_) std::this_thread::yield();
    ++calls;
    for (size_t i = 0; i < items.size(); ++i) {
      if (items[i].completion == "throw") throw std::runtime_error("as asked");
      if (items[i].completion == "skip") continue;
      const auto length = static_cast<double>(items[i].completion.size());
      verdicts[i] = Verdict::scored(items[i].completion == "nan" ? std::nan("") : length);
    }
  }

  std::atomic<bool> open = false;
  std::atomic<int> calls = 0;

 private:
  const RewardLanes lanes_;
  std::atomic<bool> stopped_ = false;
};

TEST(RunReward, TroubleIsAVerdict) {
  GatedReward reward({});
  reward.open = true;
  const JudgedPrompt prompt({"ab", "skip", "nan"});
  std::vector<Verdict> verdicts(3);
  run_reward(reward, prompt.items(), verdicts);
  EXPECT_EQ(verdicts[0].score, 2.0);
  EXPECT_THAT(verdicts[1].note, HasSubstr("wrote no verdict"));
  EXPECT_EQ(verdicts[2].kind, VerdictKind::error);
  const JudgedPrompt throws({"ab", "throw"});
  run_reward(reward, throws.items(), std::span(verdicts).subspan(0, 2));
  EXPECT_EQ(verdicts[0].note, "as asked");
  EXPECT_EQ(verdicts[1].note, "as asked");
}

TEST(RewardRunner, QuickRewardsAreJudgedAtOnce) {
  GatedReward reward({});
  reward.open = true;
  RewardRunner runner(reward);
  const JudgedPrompt prompt({"ab"});
  std::future<Verdict> verdict = runner.begin(prompt.items()[0], nullptr);
  EXPECT_EQ(reward.calls, 1);
  EXPECT_EQ(await_verdict(verdict, "gated").score, 2.0);
}

TEST(RewardRunner, SlowOnesDoNotHoldUpWhoAsks) {
  GatedReward reward({2, 4});
  RewardRunner runner(reward);
  std::vector<std::future<Verdict>> verdicts;
  for (size_t i = 0; i < 50; ++i) {
    // The item outlives the caller's group.
    auto group = std::make_shared<Group>();
    group->trajectories.resize(1);
    RewardItem item;
    item.group = group.get();
    item.completion = std::string(i, 'x');
    verdicts.push_back(runner.begin(item, group));
  }
  EXPECT_EQ(reward.calls, 0);  // all fifty are asked, none is answered
  reward.open = true;
  for (size_t i = 0; i < verdicts.size(); ++i) {
    EXPECT_EQ(await_verdict(verdicts[i], "gated").score, static_cast<double>(i));
  }
  EXPECT_GE(reward.calls, 50 / 4);
}

TEST(RewardRunner, EndsWhileOthersWait) {
  GatedReward reward({1, 1});
  const JudgedPrompt prompt({"a", "b"});
  std::vector<std::future<Verdict>> verdicts;
  {
    RewardRunner runner(reward);
    for (const RewardItem& item : prompt.items()) verdicts.push_back(runner.begin(item, nullptr));
  }
  int broken = 0;
  for (std::future<Verdict>& verdict : verdicts) {
    try {
      verdict.get();
    } catch (const std::future_error&) {
      ++broken;
    }
  }
  EXPECT_GE(broken, 1);
}

}  // namespace
}  // namespace kedge
