// Signal columns that rewards and losses declare, filled by the one forward before they are read
// (design section 4). Per token of a row, all at the rollout temperature:
//
//   old_logprob  log-prob under the policy that sampled it, as recorded
//   ref_logprob  log-prob under the reference policy
//   surprisal    -ref_logprob
#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/records.h"
#include "trainer/reference.h"

namespace kedge {

// ConfigError naming `path` for a column that is not in the list above.
void check_signal_columns(std::span<const std::string> columns, const std::string& path);
// One of the columns is measured with the reference policy.
bool signals_need_reference(std::span<const std::string> columns);

// Adds what is missing of `columns` for all rows of the groups but prompts. Columns of other makers
// are left alone. `reference` may be nullptr where signals_need_reference() is false.
void fill_signals(std::span<const std::string> columns, std::span<const ScoredGroup> groups,
                  ReferencePolicy* reference, SignalTable& signals);

}  // namespace kedge
