// What a step reports about its rewards (names as in TRL and verl; golden kind `metrics`).
#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/metrics.h"
#include "core/records.h"

namespace kedge {

// Over the verdicts of one reward: mean and population standard deviation of the scores (nullopt
// without any), and the share of each kind.
struct VerdictSummary {
  std::optional<double> mean;
  std::optional<double> std;
  double share_score = 0.0;
  double share_abstain = 0.0;
  double share_error = 0.0;
  double share_timeout = 0.0;
};

// `verdicts` is not empty.
VerdictSummary summarize(std::span<const Verdict> verdicts);

// Adds, over the trajectories of role `train` in the groups' order:
//   rewards/<name>/{mean, std, share_score, share_abstain, share_error, share_timeout}
//   critic/rewards/{mean, max, min}   of the totals that have a score
//   frac_reward_zero_std              share of groups with a score whose totals are all equal
//   frac_length_only_groups           share of them whose totals differ while the metrics are equal:
//                                     only length (or another reward) tells the answers apart
// `names` are the labels of the components. Nothing is added for a step without such trajectories.
void add_reward_metrics(const std::vector<std::string>& names, std::span<const ScoredGroup> groups,
                        MetricSet& metrics);

}  // namespace kedge
