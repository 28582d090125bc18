#include <algorithm>

#include "trainer/advantage/estimators.h"
#include "trainer/advantage/statistics.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

using ReferenceRewards = std::vector<std::optional<double>>;

double clipped(double difference, const MarginConfig& margin) {
  return std::clamp(difference, margin.low, margin.high);
}

// The i-th row with the i-th reference sample; a failed sample gives no margin.
double paired(double reward, const ReferenceRewards& reference, int32_t position,
              const MarginConfig& margin) {
  if (position >= static_cast<int32_t>(reference.size())) {
    throw PolicyError(PolicyFault::missing_anchor, position,
                      "row " + std::to_string(position) + " of a prompt has no reference sample: " +
                          std::to_string(reference.size()) + " were made");
  }
  return reference[position] ? clipped(reward - *reference[position], margin) : 0.0;
}

double unpaired(double reward, const std::vector<double>& valid, const MarginConfig& margin) {
  if (valid.empty()) return 0.0;
  if (margin.pairing == Pairing::mean) return clipped(reward - mean_of(valid), margin);
  double sum = 0.0;
  for (const double r : valid) sum += clipped(reward - r, margin);
  return sum / static_cast<double>(valid.size());
}

}  // namespace

void estimate_aapo(const EstimateInput& in, std::span<double> out, json* details) {
  const RewardAnchor* anchor = in.siblings.anchor;
  if (anchor == nullptr || !anchor->rewards) {
    throw PolicyError(PolicyFault::missing_anchor, in.siblings.group,
                      "prompt " + std::to_string(in.siblings.group) + " has no reference rewards");
  }
  estimate_group(in, out, details);
  std::vector<double> valid;
  for (const auto& r : *anchor->rewards) {
    if (r) valid.push_back(*r);
  }
  const MarginConfig& config = in.config.margin;
  for (size_t k = 0; k < out.size(); ++k) {
    const double reward = in.siblings.reward[k];
    const double margin = config.pairing == Pairing::index
                              ? paired(reward, *anchor->rewards, in.siblings.position[k], config)
                              : unpaired(reward, valid, config);
    out[k] += margin;
    if (details) (*details)["margin"].push_back(margin);
  }
  if (details) (*details)["reference"] = mean_of(valid);
}

}  // namespace kedge
