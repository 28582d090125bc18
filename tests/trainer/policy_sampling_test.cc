#include "trainer/policy_sampling.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/tiny_runs.h"

namespace kedge {
namespace {

using testing::TempDir;
using testing::tiny_run;

struct Made {
  Made(const std::string& dir, const std::vector<std::string>& overrides)
      : config(tiny_run(dir, overrides)),
        rewards(make_training_rewards(config)),
        references(make_reference_rewards(config, rewards)),
        model(config, Parameters::Gradients::none),
        sampling(config, real_files(), model, rewards, std::move(references)) {}
  RunConfig config;
  RewardSet rewards;
  std::unique_ptr<RewardSet> references;
  PolicyModel model;
  PolicySampling sampling;
};

TEST(PolicySampling, MakesOnlyWhatSomebodyReads) {
  const TempDir temp("sampling");
  const std::string dir = temp.path() + "/run";
  Made plain(dir, {"algorithm.preset=dr_grpo", "algorithm.aggregate.divisor=8"});
  EXPECT_EQ(plain.sampling.reference(), nullptr);
  EXPECT_EQ(plain.sampling.anchors(), nullptr);
  EXPECT_EQ(plain.sampling.reference_rewards(), nullptr);
  EXPECT_EQ(plain.sampling.frozen().copies(), 0);
  Made kl(dir, {});
  EXPECT_NE(kl.sampling.reference(), nullptr);
  EXPECT_EQ(kl.sampling.frozen().copies(), 1);
  Made aapo(dir, {"algorithm.preset=aapo"});
  EXPECT_NE(aapo.sampling.anchors(), nullptr);
  EXPECT_EQ(aapo.sampling.reference(), nullptr);
  EXPECT_EQ(aapo.sampling.frozen().copies(), 0);  // until the first order
  Made moving(dir, {"algorithm.preset=aapo", "algorithm.anchor.weights=reference",
                    "algorithm.reference.refresh_every=2"});
  EXPECT_NE(moving.sampling.reference(), nullptr);  // nobody else would move it
  EXPECT_EQ(moving.sampling.frozen().copies(), 1);
}

TEST(PolicySampling, FrozenSetsAreListedOnce) {
  const TempDir temp("frozen_sets");
  const auto sets = [&](const std::vector<std::string>& overrides) {
    const RunConfig config = tiny_run(temp.path() + "/run", overrides);
    return frozen_sets(config, make_training_rewards(config));
  };
  using Sets = std::vector<WeightSet>;
  EXPECT_EQ(sets({"algorithm.kl.coef=0"}), Sets{});
  EXPECT_EQ(sets({}), Sets{WeightSet::initial});
  EXPECT_EQ(sets({"algorithm.preset=aapo"}), Sets{WeightSet::initial});
  EXPECT_EQ(sets({"algorithm.preset=pvpo"}), Sets{WeightSet::initial});  // KL and anchors share it
  EXPECT_EQ(sets({"algorithm.preset=aapo", "algorithm.anchor.weights=current"}), Sets{});
  EXPECT_EQ(sets({"algorithm.preset=pvpo", "algorithm.reference.refresh_every=3"}),
            (Sets{WeightSet::reference, WeightSet::initial}));
  EXPECT_EQ(sets({"algorithm.preset=pvpo", "algorithm.reference.refresh_every=3",
                  "algorithm.anchor.weights=reference"}),
            Sets{WeightSet::reference});
}

std::string refusal(const std::vector<std::string>& overrides) {
  const TempDir temp("sampling_refusal");
  try {
    make_training_rewards(tiny_run(temp.path() + "/run", overrides));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(PolicySampling, AFilterNeedsAMetricItCanRead) {
  EXPECT_NE(refusal({"algorithm.prompt_filter.metric=exact_anser"}).find("exact_answer"),
            std::string::npos);
  EXPECT_EQ(refusal({"algorithm.prompt_filter.metric=regex_match"}), "accepted");
}

TEST(PolicySampling, TheFiltersMetricIsTheMetricOfTheRun) {
  const TempDir temp("sampling_metric");
  const RunConfig config =
      tiny_run(temp.path() + "/run", {"algorithm.prompt_filter.metric=regex_match"});
  EXPECT_EQ(make_training_rewards(config).metric_index(), 1u);
}

}  // namespace
}  // namespace kedge
