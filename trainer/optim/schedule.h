// The step size of every update.
#pragma once
#include <cstdint>

#include "trainer/optim/config.h"

namespace kedge {

// Step size of update `update` (0-based) of `total` updates. Warm-up: learning_rate (u + 1) /
// warmup. Then, with t in [0, 1] the share of the updates after warm-up that are done: constant 1,
// linear 1 - (1 - final_share) t, cosine final_share + (1 - final_share) (1 + cos(pi t)) / 2. Past
// `total` t stays 1. No libm: the same bits everywhere.
double learning_rate_at(const OptimizerConfig& config, int64_t update, int64_t total);

}  // namespace kedge
