// Rollouts over an engine of the same process.
#pragma once
#include <memory>

#include "rollout/engine.h"
#include "rollout/rollouts.h"

namespace kedge {

// Borrows the engine and drives it alone. Weights adopted stay borrowed by the engine: colocated
// learner and engine read the same memory.
std::unique_ptr<Rollouts> local_rollouts(RolloutEngine& engine);

}  // namespace kedge
