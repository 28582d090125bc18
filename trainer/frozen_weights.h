// The weight sets of a run that do not learn: `initial`, the weights it began with, and
// `reference`, what a KL term is measured against. A copy is made when somebody first asks for it,
// and there is never a second copy of the same weights.
#pragma once
#include <array>
#include <memory>

#include "rollout/rollouts.h"
#include "trainer/config.h"
#include "trainer/policy_model.h"

namespace kedge {

// The set whose weights `set` names in this run: a reference policy that neither moves nor has
// weights of its own is `initial`.
WeightSet stored_set(const RunConfig& config, WeightSet set);

// Thread rule: one thread. Borrows all.
class FrozenWeights {
 public:
  FrozenWeights(const RunConfig& config, PolicyModel& model) : config_(config), model_(model) {}

  // Weights of stored_set(set), loaded from where the run has them and ready to compute with.
  // `policy` is an InvariantError: it is the learner's.
  Parameters& get(WeightSet set);
  int copies() const;  // in memory so far

  // Lets `rollouts` adopt every frozen set that the order asks for and has not got.
  void serve(const RolloutOrder& order, Rollouts& rollouts);

 private:
  const RunConfig& config_;
  PolicyModel& model_;
  std::array<std::unique_ptr<Parameters>, 3> sets_;
  std::array<std::optional<WeightId>, 3> adopted_;
};

}  // namespace kedge
