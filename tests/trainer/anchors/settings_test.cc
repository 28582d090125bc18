#include "trainer/anchors/settings.h"

#include <gtest/gtest.h>

#include "tests/support/tiny_runs.h"
#include "trainer/policy_sampling.h"

namespace kedge {
namespace {

using testing::TempDir;
using testing::tiny_run;
using Words = std::vector<std::string>;

struct Setting {
  Setting(const Words& overrides)
      : temp("anchor_settings"),
        config(tiny_run(temp.path() + "/run", overrides)),
        rewards(make_training_rewards(config)),
        needed(needs_anchors(config, rewards)),
        anchors(anchor_settings(config, rewards, {256})) {}
  TempDir temp;
  RunConfig config;
  RewardSet rewards;
  bool needed;
  AnchorSettings anchors;
};

TEST(AnchorSettings, WhoReadsRecordsDecides) {
  EXPECT_FALSE(Setting({}).needed);
  for (const Words& words : {Words{"algorithm.preset=aapo"}, Words{"algorithm.preset=pvpo"},
                             Words{"algorithm.prompt_filter.rule=range"},
                             Words{"algorithm.injection={trajectories: x.jsonl}"}}) {
    const Setting setting(words);
    EXPECT_TRUE(setting.needed) << words[0];
    EXPECT_EQ(setting.anchors.samples, 3) << words[0];  // samples_per_prompt
    EXPECT_EQ(setting.anchors.sampling.stop_ids, std::vector<Token>{256});
  }
  const Setting remax({"algorithm.preset=verl", "algorithm.advantage.estimator=remax",
                       "algorithm.anchor.greedy=true"});
  EXPECT_TRUE(remax.needed);
  EXPECT_EQ(remax.anchors.samples, 0);  // a greedy answer is all it reads
}

TEST(AnchorSettings, WeightsAndRefresh) {
  const auto weights = [](const Words& more) {
    Words words = {"algorithm.preset=pvpo"};
    words.insert(words.end(), more.begin(), more.end());
    return Setting(words).anchors.weights;
  };
  EXPECT_EQ(weights({}), WeightSet::initial);
  EXPECT_EQ(weights({"algorithm.anchor.weights=current"}), WeightSet::policy);
  EXPECT_EQ(weights({"algorithm.anchor.weights=reference"}), WeightSet::initial);
  EXPECT_EQ(weights({"algorithm.anchor.weights=reference", "algorithm.reference.refresh_every=2"}),
            WeightSet::reference);
  const Setting due({"algorithm.preset=pvpo", "algorithm.anchor.refresh_every=6",
                     "train.minibatches_per_batch=2", "train.passes_per_batch=3"});
  EXPECT_EQ(due.anchors.refresh_every, 6);
  EXPECT_EQ(due.anchors.updates_per_step, 6);
}

TEST(AnchorSettings, IdentityNamesWhatARecordDependsOn) {
  const auto identity = [](const Words& more) {
    Words words = {"algorithm.preset=pvpo"};
    words.insert(words.end(), more.begin(), more.end());
    const Setting setting(words);
    return anchor_identity(setting.config, setting.anchors, "ab");
  };
  const ordered_json base = identity({});
  EXPECT_EQ(base["weights"], "ab");
  for (const char* same :
       {"run.seed=8", "algorithm.clip.low=0.1", "algorithm.anchor.weights=current",
        "rollout.slots=3", "optimizer.learning_rate=1"}) {
    EXPECT_EQ(identity({same}), base) << same;
  }
  for (const char* other :
       {"rollout.temperature=0.5", "rollout.max_new_tokens=9", "algorithm.anchor.samples=9",
        "algorithm.anchor.greedy=true", "rewards.1.weight=0.25",
        "algorithm.prompt_filter.metric=regex_match"}) {
    EXPECT_NE(identity({other}), base) << other;
  }
}

}  // namespace
}  // namespace kedge
