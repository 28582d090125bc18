// Puts a training run together: model, prompts, rewards, rollouts, learner, files, pipeline.
#pragma once
#include <functional>
#include <memory>

#include "rollout/rollouts.h"
#include "trainer/policy_model.h"
#include "trainer/run.h"

namespace kedge {

// Makes the rollouts of a run over its model. `longest_prompt` sizes KV memory.
using RolloutsFactory =
    std::function<std::unique_ptr<Rollouts>(PolicyModel& model, int32_t longest_prompt)>;

// An engine in this process that reads the learner's own weights.
std::unique_ptr<Rollouts> colocated_rollouts(const RunConfig& config, PolicyModel& model,
                                             int32_t longest_prompt);

// RL training with rollouts made by `make_rollouts`.
RunOutcome train_with(const RunConfig& config, const RunServices& services,
                      const RolloutsFactory& make_rollouts);

}  // namespace kedge
