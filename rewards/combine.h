// From the verdicts of one trajectory to its total (methods: rewards, section 4; golden kind `combine`).
#pragma once
#include <span>

#include "core/records.h"
#include "rewards/config.h"

namespace kedge {

struct Component {
  Verdict verdict;
  double weight = 1.0;
  RewardRole role = RewardRole::sum;
  OnError on_error = OnError::abstain;
};

// A score that is not finite is an error; everything else stays as it is.
Verdict checked(Verdict verdict);

// sum   sum of weight * score over the components that scored, in the order given
// gate  that sum over the others, times every gate's score clipped to [0, 1]; a gate that abstains
//       makes the whole abstain
// min   least weight * score
//
// Errors and timeouts first become what their on_error says. All abstain: abstain. The total is an
// error only where on_error is `fail` (or the sum is not finite): the caller stops the run.
Verdict combine(std::span<const Component> components, CombineMode mode);

// What shaping rewards make of a combined total: each that scored adds weight * score. A total without
// score stays as it is; errors and timeouts become what their on_error says, and no term by default.
Verdict shaped(Verdict total, std::span<const Component> terms);

}  // namespace kedge
