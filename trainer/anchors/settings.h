// What anchor records of a run are made of: how many reference samples, by which weights, how
// often.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "core/json.h"
#include "core/records.h"
#include "rewards/reward_set.h"
#include "trainer/config.h"

namespace kedge {

struct AnchorSettings {
  int32_t samples = 0;  // reference samples of a prompt; 0: only the greedy one
  bool greedy = false;
  WeightSet weights = WeightSet::initial;
  Sampling sampling;                // the policy's, with the model's stop ids
  int64_t refresh_every = 0;        // updates after which a record is made again; 0: never
  int64_t updates_per_step = 1;     // of the run
  std::optional<std::string> path;  // the store's file; nullopt: memory and checkpoints only
};

// Somebody reads anchor records: the estimator, the prompt filter, injection or a reward.
bool needs_anchors(const RunConfig& config, const RewardSet& rewards);
AnchorSettings anchor_settings(const RunConfig& config, const RewardSet& rewards,
                               const std::vector<Token>& stop_ids);

// Everything a record of version 0 depends on beside its prompt, by config key: what stands in the
// header of a store. `weights_hash` is of the weights that sample.
ordered_json anchor_identity(const RunConfig& config, const AnchorSettings& settings,
                             const std::string& weights_hash);

}  // namespace kedge
