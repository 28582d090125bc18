// Rollouts of fixed length: stop tokens are drawn like any other, rows end at max_new_tokens. What
// the peers of a comparison do too.
#pragma once
#include <memory>

#include "rollout/rollouts.h"

namespace kedge {

std::unique_ptr<Rollouts> fixed_length(std::unique_ptr<Rollouts> inner);

}  // namespace kedge
