#include "trainer/advantage/estimators.h"
#include "trainer/advantage/statistics.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {

void estimate_pvpo(const EstimateInput& in, std::span<double> out, json* details) {
  std::vector<double> valid;
  if (in.siblings.anchor && in.siblings.anchor->rewards) {
    for (const auto& r : *in.siblings.anchor->rewards) {
      if (r) valid.push_back(*r);
    }
  }
  if (valid.empty()) {
    throw PolicyError(PolicyFault::missing_anchor, in.siblings.group,
                      "prompt " + std::to_string(in.siblings.group) + " has no reference reward");
  }
  const double value = mean_of(valid);
  for (size_t k = 0; k < out.size(); ++k) out[k] = in.siblings.reward[k] - value;
  if (details) {
    (*details)["baseline"] = value;
    (*details)["reference"] = value;
  }
}

}  // namespace kedge
