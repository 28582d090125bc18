// Scores on a common scale (`reward.whiten`).
#pragma once
#include <span>

#include "core/records.h"

namespace kedge {

// (score - mean) / (std + 1e-4), sample standard deviation, over the verdicts that have a score;
// the others stay as they are. Equal scores, and a single one, become 0.
//
// GDPO (as TRL: normalize_then_sum) does so with every reward in every group before they are
// joined.
void whiten(std::span<Verdict* const> verdicts);

}  // namespace kedge
