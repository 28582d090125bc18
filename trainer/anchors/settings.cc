#include "trainer/anchors/settings.h"

#include "trainer/frozen_weights.h"

namespace kedge {
namespace {

WeightSet weight_set(AnchorWeights weights) {
  switch (weights) {
    case AnchorWeights::initial:
      return WeightSet::initial;
    case AnchorWeights::reference:
      return WeightSet::reference;
    case AnchorWeights::current:
      return WeightSet::policy;
  }
  return WeightSet::initial;
}

}  // namespace

bool needs_anchors(const RunConfig& config, const RewardSet& rewards) {
  return needs_anchor(config.algorithm) || needs_greedy_anchor(config.algorithm) ||
         rewards.reads_anchor();
}

AnchorSettings anchor_settings(const RunConfig& config, const RewardSet& rewards,
                               const std::vector<Token>& stop_ids) {
  const AnchorConfig& anchor = config.algorithm.anchor;
  AnchorSettings settings;
  if (needs_anchor(config.algorithm) || rewards.reads_anchor()) {
    settings.samples = anchor_samples(config.algorithm, config.rollout.samples_per_prompt);
  }
  settings.greedy = anchor.greedy;
  settings.weights = stored_set(config, weight_set(anchor.weights));
  settings.sampling = config.rollout.sampling();
  settings.sampling.stop_ids = stop_ids;
  settings.refresh_every = anchor.refresh_every;
  settings.updates_per_step =
      int64_t{config.train.minibatches_per_batch} * config.train.passes_per_batch;
  settings.path = anchor.store;
  return settings;
}

ordered_json anchor_identity(const RunConfig& config, const AnchorSettings& settings,
                             const std::string& weights_hash) {
  const ordered_json values = dump_run_config(config);
  ordered_json identity = {{"weights", weights_hash},
                           {"algorithm.anchor.samples", settings.samples},
                           {"algorithm.anchor.greedy", settings.greedy},
                           {"compute.numerics", values["compute"]["numerics"]},
                           {"compute.weights", values["compute"]["weights"]}};
  for (const char* key :
       {"max_new_tokens", "temperature", "top_k", "top_p", "min_p", "stop_strings"}) {
    identity[std::string("rollout.") + key] = values["rollout"][key];
  }
  identity["rewards"] = values["rewards"];
  identity["reward_options"] = values["reward_options"];
  identity["algorithm.prompt_filter.metric"] = values["algorithm"]["prompt_filter"]["metric"];
  identity["algorithm.reference.path"] = values["algorithm"]["reference"]["path"];
  return identity;
}

}  // namespace kedge
