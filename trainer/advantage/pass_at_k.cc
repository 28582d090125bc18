#include <algorithm>

#include "trainer/advantage/estimators.h"
#include "trainer/advantage/statistics.h"

namespace kedge {

void estimate_pass_at_k(const EstimateInput& in, std::span<double> out, json* details) {
  if (settle_trivial(in, out)) return;
  const std::span<const double> reward = in.siblings.reward;
  std::fill(out.begin(), out.end(), 0.0);
  const auto best = std::max_element(reward.begin(), reward.end()) - reward.begin();
  double second = reward[best == 0 ? 1 : 0];
  for (size_t k = 0; k < reward.size(); ++k) {
    if (static_cast<std::ptrdiff_t>(k) != best) second = std::max(second, reward[k]);
  }
  out[best] = reward[best] - second;
  if (details) (*details)["baseline"] = second;
  if (in.config.scale == AdvantageScale::group_std) {
    const double spread = std_of(reward, in.config.std);
    out[best] /= spread + in.config.epsilon;
    if (details) (*details)["spread"] = spread;
  }
}

}  // namespace kedge
