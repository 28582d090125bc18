// Rows from JSON: the schema of policy sheet section 0 ("inputs", kind policy). Per row: group,
// reward, verdict, metric, truncated, source, given_advantage; per token: mask, new, old, ref,
// rollout, entropy, credit, values; per group: ref_reward, greedy_reward. The strings "nan", "inf"
// and "-inf" are numbers, null is NaN.
#pragma once
#include <string>

#include "core/json.h"
#include "trainer/algorithm/policy_rows.h"

namespace kedge {

// `place` names the source in errors. PolicyError shape_mismatch: lists of different length;
// ConfigError: a member missing or of the wrong type.
PolicyRows policy_rows_from_json(const json& inputs, const std::string& place);

}  // namespace kedge
