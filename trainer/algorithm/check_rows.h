// Step 1 of an update: are the numbers fit to be used (policy sheet section 0)?
#pragma once
#include "trainer/algorithm/config.h"
#include "trainer/algorithm/policy_rows.h"

namespace kedge {

// PolicyError naming the row: a log-prob or factor at a masked-in position, or the reward of a
// scored row, is not finite; nonfinite_metric names the prompt; a column of the wrong length is a
// shape_mismatch.
void check_rows(const PolicyRows& rows);

}  // namespace kedge
