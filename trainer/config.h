// The configuration of a run: the root only composes the sections that stand beside their owners.
#pragma once
#include <string>
#include <vector>

#include "core/json.h"
#include "core/schema.h"
#include "rewards/reward_set.h"
#include "rollout/config.h"
#include "trainer/algorithm/config.h"
#include "trainer/config_sections.h"
#include "trainer/optim/config.h"

namespace kedge {

struct RunConfig {
  RunSection run;
  ModelSection model;
  DataConfig data;
  RolloutConfig rollout;
  std::vector<RewardConfig> rewards;
  AlgorithmConfig algorithm;
  OptimizerConfig optimizer;
  TrainSection train;
  SftSection sft;
  ComputeSection compute;
  PlacementSection placement;

  // Rules between sections; ConfigError.
  void check(const std::string& path) const;
  std::string run_dir() const;                 // run.dir, or runs/<name>
  std::string checkpoints_dir() const;         // <run_dir>/checkpoints
};

template <class V>
void visit(V& v, RunConfig& c) {
  v.section("run", c.run, "the run and its place");
  v.section("model", c.model, "what is trained");
  v.section("data", c.data, "prompts and demonstrations");
  v.section("rollout", c.rollout, "sampling");
  v.field("rewards", c.rewards, "judgement, summed by weight");
  v.section("algorithm", c.algorithm, "from rewards to the loss");
  v.section("optimizer", c.optimizer, "from gradients to weights");
  v.section("train", c.train, "steps, batches, evaluation, checkpoints");
  v.section("sft", c.sft, "supervised training (kedge sft)");
  v.section("compute", c.compute, "device, operators, threads");
  v.section("placement", c.placement, "who does what on which rank");
}

// Files merged left to right, then "a.b=c" overrides; the algorithm's preset is put under the
// algorithm's own keys. Every mistake is a ConfigError. Paths inside are relative to the working
// directory.
RunConfig load_run_config(const std::vector<std::string>& files,
                          const std::vector<std::string>& overrides);

// Resolved values; their YAML loads to the same configuration.
ordered_json dump_run_config(const RunConfig& config);

// Hash of everything that decides the numbers of a run: all values but run.name, run.dir, the number
// of steps, how often it evaluates, logs and saves, and threads. A resume refuses another hash.
std::string numbers_hash(const RunConfig& config);

}  // namespace kedge
