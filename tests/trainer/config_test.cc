#include "trainer/config.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/tiny_runs.h"

namespace kedge {
namespace {

using testing::TempDir;
using testing::tiny_run;

std::string message_of(const std::vector<std::string>& overrides, bool training = false) {
  const TempDir temp("config");
  try {
    const RunConfig config = tiny_run(temp.path() + "/run", overrides);
    if (training) check_for_training(config, false);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(RunConfig, ResolvedDumpLoadsToTheSame) {
  const TempDir temp("dump");
  const RunConfig config = tiny_run(temp.path() + "/run",
                                    {"algorithm.preset=dr_grpo", "algorithm.aggregate.divisor=64"});
  const std::string file = temp.path() + "/again.yaml";
  real_files().write_atomic(file, to_yaml(dump_run_config(config)));
  EXPECT_EQ(dump_run_config(load_run_config({file}, {})), dump_run_config(config));
}

TEST(RunConfig, PutsThePresetUnderTheUsersKeys) {
  const TempDir temp("preset");
  const RunConfig plain = tiny_run(temp.path() + "/run");
  EXPECT_EQ(plain.algorithm.preset, "grpo");
  EXPECT_GT(plain.algorithm.kl.coef, 0.0);
  const RunConfig own = tiny_run(temp.path() + "/run", {"algorithm.kl.coef=0"});
  EXPECT_EQ(own.algorithm.kl.coef, 0.0);
  EXPECT_EQ(own.algorithm.aggregate.mode, plain.algorithm.aggregate.mode);
}

TEST(RunConfig, LaterFilesAndOverridesWin) {
  const TempDir temp("merge");
  real_files().write_atomic(temp.path() + "/a.yaml", "train: {steps: 1, recompute: blocks}\n");
  real_files().write_atomic(temp.path() + "/b.yaml", "train: {steps: 2}\n");
  const RunConfig config =
      load_run_config({temp.path() + "/a.yaml", temp.path() + "/b.yaml"}, {"run.seed=9"});
  EXPECT_EQ(config.train.steps, 2);
  EXPECT_EQ(config.train.recompute, RecomputeMode::blocks);
  EXPECT_EQ(config.run.seed, 9u);
}

TEST(RunConfig, AFileThatHoldsNoMapIsRefusedByName) {
  const TempDir temp("no_map");
  const std::string file = temp.path() + "/list.yaml";
  real_files().write_atomic(file, "- run\n- train\n");
  try {
    load_run_config({file}, {});
    ADD_FAILURE() << "a list passed";
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.place(), file);
    EXPECT_NE(std::string(error.what()).find("found a list of 2"), std::string::npos);
  }
}

TEST(RunConfig, RefusesWithTheNearestName) {
  const std::string misspelt = message_of({"optimizer.learning_rat=1"});
  EXPECT_NE(misspelt.find("learning_rate"), std::string::npos) << misspelt;
  EXPECT_NE(message_of({"algorithm.clip.hihg=1"}).find("high"), std::string::npos);
  EXPECT_NE(message_of({"rollout.strategy.name=plane"}).find("plain"), std::string::npos);
}

TEST(RunConfig, RefusesWhatThisBuildCannotDo) {
  for (const char* assignment :
       {"compute.device=cuda", "placement.staleness=1", "placement.mode=disaggregated",
        "placement.learner_ranks=2", "train.steps=-1", "train.minibatches_per_batch=5",
        "compute.numerics=fast", "train.gradient_shards=2"}) {
    EXPECT_NE(message_of({assignment}), "") << assignment;
  }
  for (const char* assignment :
       {"rewards=[]", "data.train.task=\"\"", "data.eval.task=\"\""}) {
    EXPECT_NE(message_of({assignment}, true), "") << assignment;
  }
}

TEST(RunConfig, NumbersHashSeesWhatMattersOnly) {
  const TempDir temp("numbers");
  const auto hash = [&](const std::vector<std::string>& overrides) {
    return numbers_hash(tiny_run(temp.path() + "/run", overrides));
  };
  const std::string base = hash({});
  for (const char* same : {"run.name=x", "train.steps=9", "rollout.slots=2", "compute.threads=3",
                           "train.eval_every_steps=0", "train.tokens_per_microbatch=7",
                           "data.eval.prompts=3", "train.keep_checkpoints=2"}) {
    EXPECT_EQ(base, hash({same})) << same;
  }
  for (const char* other : {"run.seed=6", "optimizer.beta1=0.8", "rollout.temperature=0.9",
                            "algorithm.clip.low=0.1", "data.train.task=countdown"}) {
    EXPECT_NE(base, hash({other})) << other;
  }
  const auto with_reward = [&](const std::string& settings) {
    return hash({"rewards=[{name: " + settings + "}]"});
  };
  const std::string python = with_reward("python, path: f.py, function: f");
  EXPECT_EQ(python, with_reward("python, path: f.py, function: f, workers: 3, timeout_s: 2"));
  EXPECT_NE(python, with_reward("python, path: f.py, function: g"));
  EXPECT_NE(with_reward("unit_tests, timeout_s: 1"), with_reward("unit_tests, timeout_s: 2"));
  EXPECT_NE(hash({"optimizer.schedule=linear", "train.steps=9"}),
            hash({"optimizer.schedule=linear", "train.steps=8"}));
}

TEST(RunConfig, DefaultDirectoryIsNamedAfterTheRun) {
  RunConfig config;
  config.run.name = "sums";
  EXPECT_EQ(config.run_dir(), "runs/sums");
  EXPECT_EQ(config.checkpoints_dir(), "runs/sums/checkpoints");
}

}  // namespace
}  // namespace kedge
