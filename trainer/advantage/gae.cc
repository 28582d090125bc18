#include "trainer/advantage/gae.h"

#include "trainer/advantage/estimators.h"

namespace kedge {

void gae(const GaeConfig& config, std::span<const uint8_t> mask, RealSpan token_reward,
         RealSpan values, std::span<double> advantage) {
  double next_value = 0.0;
  double next_advantage = 0.0;
  for (size_t t = mask.size(); t-- > 0;) {
    advantage[t] = 0.0;
    if (!mask[t]) continue;
    const double delta = token_reward[t] + config.gamma * next_value - values[t];
    next_advantage = delta + config.gamma * config.lambda * next_advantage;
    next_value = values[t];
    advantage[t] = next_advantage;
  }
}

void estimate_gae(const EstimateInput& in, std::span<double> out, json* details) {
  estimate_reinforce_pp(in, out, details);
}

}  // namespace kedge
