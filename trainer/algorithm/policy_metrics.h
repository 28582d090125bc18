// Metrics of an update (policy sheet 3.12): one table with their names in kedge, verl and TRL, so
// that existing dashboards work.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "trainer/algorithm/prepare.h"
#include "trainer/loss/loss_metrics.h"

namespace kedge {

struct PolicyMetric {
  std::string_view name;  // as in the sheet
  std::string_view verl;  // "" where verl has none
  std::string_view trl;
  std::string_view doc;
  // nullopt: not measured in this update (no reference, no correction).
  std::optional<double> (*value)(const LossConfig&, const PlanMetrics&, const LossMetrics&);
};

std::span<const PolicyMetric> policy_metrics();

// name -> value with the sheet's names.
std::map<std::string, double> policy_metric_values(const LossConfig& config,
                                                   const PlanMetrics& plan,
                                                   const LossMetrics& loss);

// For metrics.jsonl: "policy/<name>", and the same values under verl's and TRL's names.
std::map<std::string, double> exported_policy_metrics(const LossConfig& config,
                                                      const PlanMetrics& plan,
                                                      const LossMetrics& loss);

}  // namespace kedge
