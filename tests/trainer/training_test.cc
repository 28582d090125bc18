#include "trainer/training.h"

#include <gtest/gtest.h>

#include <csignal>

#include "core/error.h"
#include "tests/support/faulty_files.h"
#include "tests/support/tiny_runs.h"
#include "trainer/checkpoint.h"

namespace kedge {
namespace {

using testing::steady_metrics;
using testing::TempDir;
using testing::tiny_run;

std::string hash_of(const RunConfig& config) {
  return train(config, {}).run_hash;
}

// Stops after so many steps, as a signal would.
struct StopAfter {
  int64_t steps;
  int signal = SIGTERM;
  RunServices services() {
    RunServices s;
    s.resume = true;
    s.progress = [this](const Progress& progress) { seen = progress.step; };
    s.stop_signal = [this] { return seen >= steps ? signal : 0; };
    return s;
  }
  int64_t seen = 0;
};

TEST(Training, LeavesAWholeRunDirectory) {
  const TempDir temp("whole");
  const RunConfig config = tiny_run(temp.path() + "/run", {"train.checkpoint_every_steps=2"});
  const RunOutcome outcome = train(config, {});
  EXPECT_EQ(outcome.exit, kExitDone);
  EXPECT_EQ(outcome.steps_done, 4);
  EXPECT_EQ(outcome.run_hash.size(), 32u);
  FileSystem& files = real_files();
  for (const char* name :
       {"config.yaml", "metrics.jsonl", "samples.jsonl", "log.txt", "checkpoints/latest",
        "checkpoints/step_000002/model.safetensors",
        "checkpoints/step_000004/trainer_state/state.json",
        "checkpoints/step_000004/tokenizer.json", "checkpoints/final/model.safetensors"}) {
    EXPECT_TRUE(files.exists(outcome.dir + "/" + name)) << name;
  }
  EXPECT_FALSE(files.list(outcome.dir + "/tb").empty());
  const auto metrics = steady_metrics(outcome.dir);
  ASSERT_EQ(metrics.size(), 6u);  // step 0 (evaluation), 1 to 4, the run hash
  for (const int step : {0, 2, 4}) EXPECT_TRUE(metrics[step].contains("eval/pass@1")) << step;
  EXPECT_FALSE(metrics[1].contains("eval/pass@1"));
  for (const char* name :
       {"actor/pg_loss", "actor/grad_norm", "actor/entropy", "actor/ppo_kl", "actor/pg_clipfrac",
        "actor/lr", "response_length/mean", "response_length/max", "response_length/min",
        "critic/rewards/mean", "rewards/exact_answer/mean", "rewards/regex_match/std",
        "frac_reward_zero_std", "rollout/logprob_gap_max"}) {
    EXPECT_TRUE(metrics[1].contains(name)) << name;
  }
  EXPECT_EQ(metrics[1]["rollout/logprob_gap_max"], 0.0);
  EXPECT_EQ(metrics[5]["run_hash"], outcome.run_hash);
  const RunConfig again = load_run_config({outcome.dir + "/config.yaml"}, {});
  EXPECT_EQ(numbers_hash(again), numbers_hash(config));
}

TEST(Training, RefusesADirectoryThatHoldsARun) {
  const TempDir temp("refuse");
  const RunConfig config = tiny_run(temp.path() + "/run", {"train.steps=1"});
  train(config, {});
  EXPECT_THROW(train(config, {}), ConfigError);
}

TEST(Training, RunHashDoesNotDependOnSlotsThreadsOrMicroBatches) {
  const TempDir temp("hash");
  const std::string base = hash_of(tiny_run(temp.path() + "/a"));
  EXPECT_EQ(base, hash_of(tiny_run(temp.path() + "/b", {"rollout.slots=64", "rollout.kv_blocks=20",
                                                        "compute.threads=2"})));
  EXPECT_EQ(base, hash_of(tiny_run(temp.path() + "/c", {"train.tokens_per_microbatch=1"})));
  EXPECT_EQ(base, hash_of(tiny_run(temp.path() + "/d",
                                   {"train.recompute=blocks", "train.eval_every_steps=0"})));
  EXPECT_NE(base, hash_of(tiny_run(temp.path() + "/e", {"run.seed=6"})));
}

TEST(Training, ExactNumericsRunWithoutAnyGap) {
  const TempDir temp("exact");
  const RunConfig config = tiny_run(
      temp.path() + "/a", {"train.minibatches_per_batch=2", "train.passes_per_batch=2"}, "exact");
  const RunOutcome outcome = train(config, {});
  const auto metrics = steady_metrics(outcome.dir);
  for (size_t step = 1; step <= 4; ++step) {
    EXPECT_EQ(metrics[step]["rollout/logprob_gap_max"], 0.0);
  }
  const RunConfig other =
      tiny_run(temp.path() + "/b",
               {"train.minibatches_per_batch=2", "train.passes_per_batch=2", "rollout.slots=2",
                "compute.threads=3", "train.tokens_per_microbatch=30"},
               "exact");
  EXPECT_EQ(outcome.run_hash, hash_of(other));
}

TEST(Training, ResumesToTheSameBits) {
  const TempDir temp("resume");
  const std::vector<std::string> kl = {"algorithm.kl.coef=0.1", "optimizer.schedule=linear",
                                       "algorithm.reference.refresh_every=2"};
  const RunConfig whole = tiny_run(temp.path() + "/whole", kl);
  const RunOutcome expected = train(whole, {});
  for (int64_t stop = 1; stop <= 3; ++stop) {
    const RunConfig config = tiny_run(temp.path() + "/stop" + std::to_string(stop), kl);
    StopAfter first{stop};
    const RunOutcome stopped = train(config, first.services());
    EXPECT_EQ(stopped.exit, kExitRequeue);
    EXPECT_EQ(stopped.steps_done, stop);
    EXPECT_EQ(stopped.run_hash, "");
    StopAfter second{100};
    const RunOutcome resumed = train(config, second.services());
    EXPECT_EQ(resumed.exit, kExitDone);
    EXPECT_EQ(resumed.run_hash, expected.run_hash) << "stopped after " << stop;
    EXPECT_EQ(steady_metrics(config.run_dir()), steady_metrics(whole.run_dir()));
    const auto bytes = [](const std::string& dir, const char* name) {
      return real_files().read(dir + "/checkpoints/step_000004/" + name);
    };
    for (const char* name : {"model.safetensors", "trainer_state/optimizer.safetensors"}) {
      EXPECT_EQ(bytes(config.run_dir(), name), bytes(whole.run_dir(), name)) << name;
    }
  }
}

TEST(Training, GoesOnFromAnOlderCheckpointAfterACrash) {
  const TempDir temp("crash");
  const RunConfig config = tiny_run(temp.path() + "/run", {"train.checkpoint_every_steps=1"});
  const RunOutcome whole = train(config, {});
  const auto metrics = steady_metrics(config.run_dir());
  // As if the machine had died after the metrics of step 3 were written, with step 2 saved.
  real_files().write_atomic(config.checkpoints_dir() + "/latest", "step_000002\n");
  real_files().append(config.run_dir() + "/metrics.jsonl", "{\"step\":4,\"half");
  StopAfter never{100};
  const RunOutcome resumed = train(config, never.services());
  EXPECT_EQ(resumed.run_hash, whole.run_hash);
  EXPECT_EQ(steady_metrics(config.run_dir()), metrics);
}

TEST(Training, InterruptSavesAndLeavesWith130) {
  const TempDir temp("interrupt");
  StopAfter stop{1, SIGINT};
  const RunOutcome outcome = train(tiny_run(temp.path() + "/run"), stop.services());
  EXPECT_EQ(outcome.exit, kExitInterrupted);
  EXPECT_TRUE(real_files().exists(outcome.checkpoint + "/trainer_state/state.json"));
}

TEST(Training, ResumeRefusesOtherNumbers) {
  const TempDir temp("other");
  StopAfter stop{1};
  train(tiny_run(temp.path() + "/run"), stop.services());
  StopAfter never{100};
  EXPECT_THROW(
      train(tiny_run(temp.path() + "/run", {"optimizer.learning_rate=0.5"}), never.services()),
      ConfigError);
}

TEST(Training, AFullDiskKeepsTheOldCheckpoint) {
  const TempDir temp("disk");
  testing_support::FaultyFiles files(real_files());
  RunServices services;
  services.files = &files;
  services.progress = [&](const Progress& progress) {
    if (progress.step == 2) files.set_capacity(60000);
  };
  const RunConfig config = tiny_run(temp.path() + "/run", {"train.checkpoint_every_steps=1"});
  EXPECT_THROW(train(config, services), FileError);
  CheckpointStore store(real_files(), config.checkpoints_dir(), 0);
  ASSERT_TRUE(store.latest().has_value());
  EXPECT_EQ(*store.latest(), config.checkpoints_dir() + "/step_000001");
  StopAfter never{100};
  EXPECT_EQ(train(config, never.services()).steps_done, 4);
}

TEST(Training, StopsAtTheEndOfThePrompts) {
  const TempDir temp("end");
  std::string lines;
  for (int i = 0; i < 10; ++i) {
    lines += "{\"prompt\":\"" + std::to_string(i) + "+1=\",\"answer\":\"" + std::to_string(i + 1) +
             "\"}\n";
  }
  real_files().write_atomic(temp.path() + "/data.jsonl", lines);
  const RunConfig config =
      tiny_run(temp.path() + "/run",
               {"data.train.task=\"\"", "data.train.file=" + temp.path() + "/data.jsonl",
                "data.train.epochs=1", "train.steps=50"});
  EXPECT_EQ(train(config, {}).steps_done, 3);  // 4 + 4 + 2 prompts
}

TEST(Training, WithoutAnySignalTheWeightsStay) {
  const TempDir temp("flat");
  const RunConfig config =
      tiny_run(temp.path() + "/run", {"rewards=[{name: regex_match, pattern: impossible}]",
                                      "train.checkpoint_every_steps=1", "train.steps=2"});
  train(config, {});
  const auto metrics = steady_metrics(config.run_dir());
  EXPECT_EQ(metrics[1]["update/without_signal"], 1.0);
  EXPECT_EQ(metrics[1]["frac_reward_zero_std"], 1.0);
  const auto weights = [&](const char* step) {
    return real_files().read(config.checkpoints_dir() + "/" + step + "/model.safetensors");
  };
  EXPECT_EQ(weights("step_000001"), weights("step_000002"));
}

TEST(Training, SupervisedLossFallsAndEvaluateReadsTheResult) {
  const TempDir temp("sft");
  const RunConfig config =
      tiny_run(temp.path() + "/run",
               {"train.steps=30", "train.eval_every_steps=30", "optimizer.learning_rate=0.02"});
  const RunOutcome outcome = sft(config, {});
  const auto metrics = steady_metrics(outcome.dir);
  const double first = metrics[1]["sft/loss"];
  const double last = metrics[30]["sft/loss"];
  EXPECT_LT(last, 0.7 * first);
  const MetricValues values = evaluate(config, outcome.checkpoint, {}).flatten();
  EXPECT_EQ(values.at("eval/response_length/mean"),
            metrics[30]["eval/response_length/mean"].get<double>());
}

}  // namespace
}  // namespace kedge
