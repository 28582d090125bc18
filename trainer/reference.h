// The frozen policy that a KL term or a reward's surprisal is measured against, scored by the one
// forward. Made only where somebody reads "ref_logprob"; its weights are those of FrozenWeights.
#pragma once
#include <span>

#include "core/records.h"
#include "core/stateful.h"
#include "model/scorer.h"
#include "trainer/frozen_weights.h"

namespace kedge {

// Thread rule: one thread. Borrows the model, whose operators it computes with, and the weights.
class ReferencePolicy : public Stateful {
 public:
  ReferencePolicy(const RunConfig& config, PolicyModel& model, FrozenWeights& weights);

  // Adds column "ref_logprob" for every row of the groups but prompts, at the rollout temperature.
  void score(std::span<const ScoredGroup> groups, SignalTable& signals);

  // Takes the policy's weights where refresh_every updates have passed since the last time.
  void after_step(const Parameters& policy);
  // True when the weights change over a run and must be in its checkpoints.
  bool moves() const { return refresh_every_ > 0; }
  Parameters& parameters() { return parameters_; }
  void refresh() { parameters_.refresh(model_.context(), model_.ops()); }

  json save() const override;
  void load(const json& state) override;

 private:
  PolicyModel& model_;
  const double temperature_;
  const int64_t refresh_every_;
  Parameters& parameters_;
  Scorer scorer_;
  uint64_t taken_at_ = 0;  // version of the policy whose weights these are
};

}  // namespace kedge
