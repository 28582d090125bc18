#include "trainer/advantage/estimators.h"
#include "trainer/advantage/statistics.h"

namespace kedge {

void estimate_opo(const EstimateInput& in, std::span<double> out, json* details) {
  if (settle_trivial(in, out)) return;
  const std::span<const double> reward = in.siblings.reward;
  double weighted = 0.0;
  double tokens = 0.0;
  for (size_t k = 0; k < reward.size(); ++k) {
    weighted += in.siblings.length[k] * reward[k];
    tokens += in.siblings.length[k];
  }
  const double baseline = tokens > 0 ? weighted / tokens : mean_of(reward);
  for (size_t k = 0; k < reward.size(); ++k) out[k] = reward[k] - baseline;
  if (details) (*details)["baseline"] = baseline;
}

}  // namespace kedge
