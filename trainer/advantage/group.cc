#include "trainer/advantage/estimators.h"
#include "trainer/advantage/statistics.h"

namespace kedge {
namespace {

// Mean and deviation of the other siblings; not divided where that deviation is 0.
void leave_one_out(const EstimateInput& in, std::span<double> out, json* details) {
  const std::span<const double> reward = in.siblings.reward;
  std::vector<double> others;
  for (size_t k = 0; k < reward.size(); ++k) {
    others.assign(reward.begin(), reward.end());
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(k));
    const double baseline = mean_of(others);
    const double spread = std_of(others, in.config.std);
    out[k] = reward[k] - baseline;
    if (in.config.scale == AdvantageScale::group_std && spread > 0) {
      out[k] /= spread + in.config.epsilon;
    }
    if (details) {
      (*details)["baseline"].push_back(baseline);
      (*details)["spread"].push_back(spread);
    }
  }
}

}  // namespace

void estimate_group(const EstimateInput& in, std::span<double> out, json* details) {
  const std::span<const double> reward = in.siblings.reward;
  const bool by_group = in.config.scale == AdvantageScale::group_std;
  if (settle_trivial(in, out)) {
    // verl's group of one has mean 0 and standard deviation 1.
    const bool raw = reward.size() == 1 && in.config.singleton == Singleton::raw;
    if (raw && by_group && in.config.estimator == "group") out[0] /= 1.0 + in.config.epsilon;
    if (details) (*details)["spread"] = 0.0;
    return;
  }
  if (in.config.leave_one_out) return leave_one_out(in, out, details);
  const double baseline = mean_of(reward);
  double divisor = 1.0;
  double spread = 0.0;
  if (by_group || in.config.scale == AdvantageScale::batch_std) {
    spread = by_group ? std_of(reward, in.config.std) : in.batch.reward_std;
    divisor = spread + in.config.epsilon;
  }
  for (size_t k = 0; k < reward.size(); ++k) out[k] = (reward[k] - baseline) / divisor;
  if (details) {
    (*details)["baseline"] = baseline;
    if (in.config.scale != AdvantageScale::none) (*details)["spread"] = spread;
  }
}

}  // namespace kedge
