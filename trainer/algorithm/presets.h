// Presets: configs/algorithms/*.yaml, compiled into the binary (core/embedded.h).
#pragma once
#include <string>
#include <vector>

#include "trainer/algorithm/config.h"

namespace kedge {

// Names of all presets, sorted.
std::vector<std::string> preset_names();

// The user's `algorithm:` block with its preset below it: maps merged, the user's keys win. Without
// a `preset` key it is grpo; an unknown name is a ConfigError with the nearest one. Null is an
// empty block.
ConfigNode resolve_algorithm(const ConfigNode& user, const std::string& path = "algorithm");

// resolve_algorithm, then bind with all checks.
AlgorithmConfig bind_algorithm(const ConfigNode& user, const std::string& path = "algorithm");

}  // namespace kedge
