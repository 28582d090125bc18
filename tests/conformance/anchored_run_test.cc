// Whole runs with reference samples: how they are made, kept and given does not change what is
// learned, and a run that was stopped has the bits of one that was not.
#include <gtest/gtest.h>

#include <csignal>

#include "core/error.h"
#include "tests/support/tiny_runs.h"
#include "trainer/anchors/make.h"

namespace kedge {
namespace {

using testing::steady_metrics;
using testing::TempDir;
using testing::tiny_run;
using Words = std::vector<std::string>;

const Words kVaried = {
    "rewards=[{name: regex_match, pattern: '[0-7]', mode: search, metric: true}]",
    "rollout.samples_per_prompt=3", "optimizer.learning_rate=0.02"};

// Eight prompts, several times over.
Words from_file(const std::string& dir) {
  std::string lines;
  for (int i = 0; i < 8; ++i) {
    lines += "{\"prompt\":\"" + std::to_string(i) + "+1=\",\"answer\":\"" + std::to_string(i + 1) +
             "\"}\n";
  }
  real_files().write_atomic(dir + "/data.jsonl", lines);
  return {"data.train.task=''", "data.train.file=" + dir + "/data.jsonl", "train.steps=6"};
}

Words operator+(const Words& a, const Words& b) {
  Words out = a;
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

double total(const std::string& dir, const std::string& metric) {
  double sum = 0.0;
  for (const json& row : steady_metrics(dir)) sum += row.value(metric, 0.0);
  return sum;
}

// Stops after so many steps, as a signal would.
RunServices stopping(int64_t steps, int64_t& seen) {
  RunServices services;
  services.resume = true;
  services.progress = [&seen](const Progress& progress) { seen = progress.step; };
  services.stop_signal = [&seen, steps] { return seen >= steps ? SIGTERM : 0; };
  return services;
}

struct AnchoredCase {
  const char* name;
  Words words;
};

std::vector<AnchoredCase> anchored_cases() {
  return {
      {"aapo", {"algorithm.preset=aapo"}},
      {"aapo_kept",
       {"algorithm.preset=aapo", "algorithm.anchor.refresh_every=0",
        "algorithm.advantage.margin.pairing=average"}},
      {"pvpo", {"algorithm.preset=pvpo"}},
      {"pvpo_current",
       {"algorithm.preset=pvpo", "algorithm.anchor.weights=current",
        "algorithm.anchor.refresh_every=2"}},
      {"pvpo_reference",
       {"algorithm.preset=pvpo", "algorithm.anchor.weights=reference",
        "algorithm.anchor.refresh_every=2", "algorithm.reference.refresh_every=2"}},
      {"aapo_reference",
       {"algorithm.preset=aapo", "algorithm.anchor.weights=reference",
        "algorithm.reference.refresh_every=2"}},
      {"remax",
       {"algorithm.preset=verl", "algorithm.advantage.estimator=remax",
        "algorithm.anchor.greedy=true", "algorithm.anchor.weights=current",
        "algorithm.anchor.refresh_every=1"}},
      {"dapo", {"algorithm.preset=dapo"}},
  };
}

TEST(AnchoredRun, StoppedAndResumedHasTheSameBits) {
  const TempDir temp("anchored_resume");
  const Words base = kVaried + from_file(temp.path());
  for (const AnchoredCase& c : anchored_cases()) {
    const RunConfig whole = tiny_run(temp.path() + "/" + c.name, base + c.words);
    const std::string expected = train(whole, {}).run_hash;
    for (const int64_t stop : {1, 3}) {
      const std::string dir = temp.path() + "/" + c.name + std::to_string(stop);
      const RunConfig config = tiny_run(dir, base + c.words);
      int64_t seen = 0;
      EXPECT_EQ(train(config, stopping(stop, seen)).steps_done, stop) << c.name;
      EXPECT_EQ(train(config, stopping(100, seen)).run_hash, expected) << c.name;
      EXPECT_EQ(steady_metrics(config.run_dir()), steady_metrics(whole.run_dir())) << c.name;
    }
  }
}

TEST(AnchoredRun, AStoreSavesSamplesAndChangesNoBit) {
  const TempDir temp("anchored_store");
  const std::string store = "algorithm.anchor.store=" + temp.path() + "/anchors.jsonl";
  const Words base = kVaried + from_file(temp.path()) + Words{"algorithm.preset=pvpo"};
  const RunConfig alone = tiny_run(temp.path() + "/alone", base);
  const std::string expected = train(alone, {}).run_hash;
  const RunConfig writer = tiny_run(temp.path() + "/writer", base + Words{store});
  EXPECT_EQ(train(writer, {}).run_hash, expected);
  const RunConfig reader = tiny_run(temp.path() + "/reader", base + Words{store});
  EXPECT_EQ(train(reader, {}).run_hash, expected);
  EXPECT_GT(total(writer.run_dir(), "rollouts/reference"), 0.0);
  EXPECT_EQ(total(reader.run_dir(), "rollouts/reference"), 0.0);
  // Another temperature, another store.
  try {
    train(tiny_run(temp.path() + "/hot", base + Words{store, "rollout.temperature=0.5"}), {});
    ADD_FAILURE() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("rollout.temperature 1.0"), std::string::npos)
        << error.what();
  }
}

TEST(AnchoredRun, AStoreMadeAheadGivesTheSameBits) {
  const TempDir temp("anchored_ahead");
  const std::string store = "algorithm.anchor.store=" + temp.path() + "/anchors.jsonl";
  for (const Words& data : {from_file(temp.path()), Words{"train.steps=3"}}) {
    real_files().remove_all(temp.path() + "/anchors.jsonl");
    const Words words =
        kVaried + data + Words{"algorithm.preset=pvpo", "algorithm.prompt_filter.rule=none"};
    const std::string tag = std::to_string(data.size());
    const std::string expected = train(tiny_run(temp.path() + "/a" + tag, words), {}).run_hash;
    const RunConfig config = tiny_run(temp.path() + "/b" + tag, words + Words{store});
    const AnchorOutcome made = make_anchors(config, {});
    EXPECT_EQ(made.made, made.prompts);
    EXPECT_EQ(make_anchors(config, {}).made, 0);
    EXPECT_EQ(train(config, {}).run_hash, expected);
    EXPECT_EQ(total(config.run_dir(), "rollouts/reference"), 0.0);
  }
}

TEST(AnchoredRun, AnchorsLeaveThePolicysSamplesAlone) {
  const TempDir temp("anchored_address");
  const Words base =
      kVaried + Words{"algorithm.kl.coef=0", "train.steps=1", "optimizer.learning_rate=1e-30"};
  const auto samples = [&](const std::string& name, const Words& words) {
    const RunConfig config = tiny_run(temp.path() + "/" + name, base + words);
    train(config, {});
    std::string text;
    for_each_json_line(real_files().read(config.run_dir() + "/samples.jsonl"), "samples.jsonl",
                       [&](const json& line, const std::string&) {
                         if (line["kind"] == "train") text += line["completion"].dump() + "\n";
                       });
    EXPECT_FALSE(text.empty());
    return text;
  };
  EXPECT_EQ(samples("plain", {}), samples("aapo", {"algorithm.preset=aapo"}));
}

TEST(AnchoredRun, BitsDoNotDependOnSlotsOrMicroBatches) {
  const TempDir temp("anchored_slots");
  const Words base = kVaried + Words{"algorithm.preset=aapo", "train.steps=2"};
  const auto hash = [&](const std::string& name, const Words& words) {
    return train(tiny_run(temp.path() + "/" + name, base + words, "exact"), {}).run_hash;
  };
  EXPECT_EQ(hash("a", {}),
            hash("b", {"rollout.slots=2", "train.tokens_per_microbatch=20", "compute.threads=2"}));
}

TEST(AnchoredRun, RewardsReadSurprisalAndKeepCountsOfReferenceSamples) {
  const TempDir temp("anchored_bingo");
  const std::string store = temp.path() + "/anchors.jsonl";
  const Words words = {
      "rewards=[{name: regex_match, pattern: '[0-9A-P]', mode: search, metric: true}, "
      "{name: bingo, significance: surprisal}]",
      "algorithm.kl.coef=0", "algorithm.anchor.store=" + store, "train.steps=2"};
  const RunConfig config = tiny_run(temp.path() + "/run", words);
  EXPECT_EQ(train(config, {}).steps_done, 2);
  EXPECT_EQ(total(config.run_dir(), "rollouts/reference"), 24.0);
  int64_t records = 0;
  for_each_json_line(real_files().read(store), store, [&](const json& line, const std::string&) {
    if (!line.contains("counts")) return;
    ++records;
    EXPECT_FALSE(line["counts"].empty());
    for (const auto& [name, values] : line["counts"].items()) EXPECT_EQ(values.size(), 3u) << name;
  });
  EXPECT_EQ(records, 8);
  const auto metrics = steady_metrics(config.run_dir());
  EXPECT_EQ(metrics[1]["rewards/bingo/share_error"], 0.0);
  EXPECT_LT(metrics[1]["rewards/bingo/share_abstain"], 1.0);
}

TEST(AnchoredRun, InjectedAnswersAreTrainedOn) {
  const TempDir temp("anchored_injection");
  std::string given;
  for (int i = 0; i < 8; ++i) {
    given += "{\"prompt\":\"" + std::to_string(i) +
             "+1=\",\"completion\":\"wombat\",\"logprobs\":[-1,-1,-1,-1,-1,-1,-1]}\n";
  }
  real_files().write_atomic(temp.path() + "/given.jsonl", given);
  const RunConfig config =
      tiny_run(temp.path() + "/run",
               from_file(temp.path()) +
                   Words{"rewards=[{name: regex_match, pattern: wombat, mode: search}]",
                         "algorithm.preset=pvpo", "rollout.max_new_tokens=8",
                         "algorithm.injection={trajectories: " + temp.path() + "/given.jsonl}"});
  const RunOutcome outcome = train(config, {});
  EXPECT_EQ(outcome.steps_done, 6);
  EXPECT_EQ(total(config.run_dir(), "injection/groups"), 24.0);
  EXPECT_EQ(total(config.run_dir(), "prompts/dropped_hard"), 0.0);
  const auto metrics = steady_metrics(config.run_dir());
  EXPECT_GT(metrics[1]["policy/injected_ratio"], 0.0);
  EXPECT_EQ(metrics[1]["rollout/logprob_gap_max"], 0.0);
  const std::string log = real_files().read(config.run_dir() + "/log.txt");
  EXPECT_NE(log.find("8 correct ones for 8 of 8 prompts"), std::string::npos) << log;
}

}  // namespace
}  // namespace kedge
