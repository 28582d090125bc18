#include "trainer/advantage/estimators.h"

namespace kedge {

void estimate_reinforce_pp_baseline(const EstimateInput& in, std::span<double> out, json* details) {
  AdvantageConfig centred = in.config;
  // Whitening does the scaling, for the whole batch; leave-one-out keeps its own (the reference).
  if (!centred.leave_one_out) centred.scale = AdvantageScale::none;
  estimate_group({centred, in.siblings, in.batch}, out, details);
}

}  // namespace kedge
