#include "trainer/frozen_weights.h"

#include <algorithm>

#include "core/error.h"
#include "model/checkpoint_dir.h"
#include "trainer/model_setup.h"

namespace kedge {
namespace {

size_t index_of(WeightSet set) {
  return static_cast<size_t>(set);
}

}  // namespace

WeightSet stored_set(const RunConfig& config, WeightSet set) {
  const ReferenceConfig& reference = config.algorithm.reference;
  const bool is_initial = reference.refresh_every == 0 && !reference.path;
  return set == WeightSet::reference && is_initial ? WeightSet::initial : set;
}

Parameters& FrozenWeights::get(WeightSet set) {
  set = stored_set(config_, set);
  KEDGE_CHECK(set != WeightSet::policy, "[frozen weights] asked for the set '", name_of(set),
              "', which is the learner's");
  std::unique_ptr<Parameters>& weights = sets_[index_of(set)];
  if (weights) return *weights;
  weights = std::make_unique<Parameters>(model_.config(), Parameters::Gradients::none);
  const auto& path = config_.algorithm.reference.path;
  if (set == WeightSet::reference && path) {
    load_weights(*path, *weights);
  } else {
    load_initial_weights(config_, *weights);
  }
  weights->set_id({set, 0});
  weights->refresh(model_.context(), model_.ops());
  return *weights;
}

int FrozenWeights::copies() const {
  return static_cast<int>(
      std::count_if(sets_.begin(), sets_.end(), [](const auto& set) { return set != nullptr; }));
}

void FrozenWeights::serve(const RolloutOrder& order, Rollouts& rollouts) {
  for (const SampleItem& item : order.samples) {
    if (item.weights == WeightSet::policy) continue;
    const Parameters& weights = get(item.weights);
    std::optional<WeightId>& adopted = adopted_[index_of(item.weights)];
    if (adopted == weights.id()) continue;
    rollouts.adopt(weights);
    adopted = weights.id();
  }
}

}  // namespace kedge
