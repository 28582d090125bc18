#include "trainer/advantage/estimators.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {

void estimate_remax(const EstimateInput& in, std::span<double> out, json* details) {
  const RewardAnchor* anchor = in.siblings.anchor;
  if (anchor == nullptr || !anchor->greedy) {
    throw PolicyError(PolicyFault::missing_anchor, in.siblings.group,
                      "prompt " + std::to_string(in.siblings.group) + " has no greedy reward");
  }
  for (size_t k = 0; k < out.size(); ++k) out[k] = in.siblings.reward[k] - *anchor->greedy;
  if (details) (*details)["baseline"] = *anchor->greedy;
}

}  // namespace kedge
