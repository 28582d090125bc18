#include "trainer/advantage/estimators.h"

namespace kedge {

void estimate_rloo(const EstimateInput& in, std::span<double> out, json* details) {
  if (settle_trivial(in, out)) return;
  const std::span<const double> reward = in.siblings.reward;
  const double n = static_cast<double>(reward.size());
  double sum = 0.0;
  for (const double r : reward) sum += r;
  for (size_t k = 0; k < reward.size(); ++k) {
    out[k] = (n * reward[k] - sum) / (n - 1.0);
    if (details) (*details)["baseline"].push_back((sum - reward[k]) / (n - 1.0));
  }
}

}  // namespace kedge
