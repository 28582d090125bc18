// The configuration of a run: the root only composes the sections that stand beside their owners.
#pragma once
#include <string>
#include <vector>

#include "core/json.h"
#include "core/schema.h"
#include "rewards/config.h"
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
  RewardOptions reward_options;
  AlgorithmConfig algorithm;
  OptimizerConfig optimizer;
  TrainSection train;
  SftSection sft;
  ComputeSection compute;
  PlacementSection placement;

  // Rules between sections; ConfigError.
  void check(const std::string& path) const;
  std::string run_dir() const;          // run.dir, or runs/<name>
  std::string checkpoints_dir() const;  // <run_dir>/checkpoints
};

template <class V>
void visit(V& v, RunConfig& c) {
  v.section("run", c.run, "the run and its place");
  v.section("model", c.model, "what is trained");
  v.section("data", c.data, "prompts and demonstrations");
  v.section("rollout", c.rollout, "sampling");
  v.field("rewards", c.rewards, "judgement, in the order of summing");
  v.section("reward_options", c.reward_options, "how rewards are combined, and their errors");
  v.section("algorithm", c.algorithm, "from rewards to the loss");
  v.section("optimizer", c.optimizer, "from gradients to weights");
  v.section("train", c.train, "steps, batches, evaluation, checkpoints");
  v.section("sft", c.sft, "supervised training (kedge sft)");
  v.section("compute", c.compute, "device, operators, threads");
  v.section("placement", c.placement, "who does what on which rank");
}

// YAML files merged left to right, then "a.b=c" overrides. A file that holds no map is a ConfigError.
ConfigNode load_config_tree(const std::vector<std::string>& files,
                            const std::vector<std::string>& overrides);

// load_config_tree, bound; the algorithm's preset is put under the
// algorithm's own keys. Every mistake is a ConfigError. Paths inside are relative to the working
// directory.
RunConfig load_run_config(const std::vector<std::string>& files,
                          const std::vector<std::string>& overrides);

// Resolved values; their YAML loads to the same configuration.
ordered_json dump_run_config(const RunConfig& config);

// Everything that decides the numbers of a step: all values but names and places, the number of
// steps (unless a schedule reads it), how often the run evaluates, logs and saves, and what changes
// speed only. A resume refuses other ones.
ordered_json numbers_of(const RunConfig& config);
// config_hash of them.
std::string numbers_hash(const RunConfig& config);

// What a training run needs beyond a well-formed file, and what this build cannot do yet:
// ConfigError. `supervised`: kedge sft. Returns warnings for people.
std::vector<std::string> check_for_training(const RunConfig& config, bool supervised);

}  // namespace kedge
