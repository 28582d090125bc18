// The choice of operators a run computes with.
#pragma once
#include "model/ops.h"
#include "trainer/config_sections.h"

namespace kedge {

// numerics: exact | aten | reference. One that is not in this build is a ConfigError.
Operators make_operators(const ComputeSection& config);

// Threads compute.threads stands for; 0 = every core this process may use.
int threads_of(const ComputeSection& config);

}  // namespace kedge
