// Everything between prompts and judged groups that an algorithm asks for beside plain sampling:
// frozen weights, anchor records with the judge of reference samples, given answers, the reference
// policy, and the strategy with its decorators. What nobody needs is not made.
#pragma once
#include <memory>

#include "core/files.h"
#include "trainer/anchors/store.h"
#include "trainer/frozen_weights.h"
#include "trainer/injection/injections.h"
#include "trainer/policy_source.h"
#include "trainer/reference.h"
#include "trainer/strategy/strategy.h"

namespace kedge {

// The rewards of training, with prompt_filter.metric in force. ConfigErrors of the rewards, and of
// what the algorithm asks of them: a metric that a filter needs before the step ends, signal
// columns that nobody makes.
RewardSet make_training_rewards(const RunConfig& config);

// A set of their own for reference samples, or nullptr where nobody reads any. Like all rewards,
// made before the model: what they start (processes) must not inherit a GPU in use.
std::unique_ptr<RewardSet> make_reference_rewards(const RunConfig& config,
                                                  const RewardSet& rewards);

// Frozen weight sets that a run may need: copies of the weights beside the policy's.
std::vector<WeightSet> frozen_sets(const RunConfig& config, const RewardSet& rewards);

InjectionOptions injection_options(const RunConfig& config, const ModelConfig& model);

// Thread rule: one thread. Not movable: members refer to each other. Made before a checkpoint is
// put back: the model still holds the initial weights.
class PolicySampling {
 public:
  // `reference_rewards`: make_reference_rewards().
  PolicySampling(const RunConfig& config, FileSystem& files, PolicyModel& model,
                 const RewardSet& rewards, std::unique_ptr<RewardSet> reference_rewards);
  PolicySampling(const PolicySampling&) = delete;
  PolicySampling& operator=(const PolicySampling&) = delete;

  FrozenWeights& frozen() { return frozen_; }
  AnchorStore* anchors() { return anchors_.get(); }  // nullptr where none are read
  RewardSet* reference_rewards() { return reference_rewards_.get(); }
  Injections* injections() { return injections_.get(); }
  ReferencePolicy* reference() { return reference_.get(); }
  RolloutStrategy& strategy() { return *strategy_; }

  // Judges the given answers of all prompts a source lists up front; one line for people, ""
  // without injection. ConfigErrors of Injections::correct.
  std::string check_injections(const PromptSource& prompts);

 private:
  void make_anchors(const RunConfig& config, FileSystem& files, PolicyModel& model,
                    const RewardSet& rewards);
  void make_injections(const RunConfig& config, FileSystem& files, PolicyModel& model);
  void make_strategy_of(const RunConfig& config, PolicyModel& model, const RewardSet& rewards);

  FrozenWeights frozen_;
  std::unique_ptr<RewardSet> reference_rewards_;
  std::unique_ptr<AnchorStore> anchors_;
  std::unique_ptr<Injections> injections_;
  std::unique_ptr<ReferencePolicy> reference_;
  std::unique_ptr<RolloutStrategy> strategy_;
};

}  // namespace kedge
