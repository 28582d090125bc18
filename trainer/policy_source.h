// Reinforcement learning's batches: a strategy's rounds of rollouts, judged, with advantages.
#pragma once
#include <memory>

#include "core/clock.h"
#include "rollout/rollouts.h"
#include "trainer/collector.h"
#include "trainer/reference.h"
#include "trainer/strategy/strategy.h"
#include "trainer/train_batch.h"

namespace kedge {

// Borrowed; `reference` is nullptr where nobody reads one, the last two where no reference samples
// are ordered.
struct PolicySourceParts {
  const RunConfig& config;
  PromptSource& prompts;
  RolloutStrategy& strategy;
  Rollouts& rollouts;
  const Tokenizer& tokenizer;
  RewardSet& rewards;
  ReferencePolicy* reference = nullptr;
  const Clock& clock;
  RewardSet* reference_rewards = nullptr;
  FrozenWeights* frozen = nullptr;
};

std::unique_ptr<BatchSource> make_policy_source(const PolicySourceParts& parts);

// The updates of one judged step: train.minibatches_per_batch contiguous shares of the groups,
// train.passes_per_batch times. Advantages are those of the whole step.
std::unique_ptr<TrainBatch> make_policy_batch(const RunConfig& config,
                                              std::vector<ScoredGroup> groups,
                                              const SignalTable& signals);

}  // namespace kedge
