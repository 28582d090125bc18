#include "trainer/algorithm/prompt_filter.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "trainer/advantage/statistics.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

void require_finite(std::span<const double> metrics, int64_t prompt) {
  if (metrics.empty()) {
    throw PolicyError(PolicyFault::nonfinite_metric, prompt,
                      "prompt " + std::to_string(prompt) + " has no metrics");
  }
  for (const double m : metrics) {
    if (std::isfinite(m)) continue;
    throw PolicyError(PolicyFault::nonfinite_metric, prompt,
                      "a metric of prompt " + std::to_string(prompt) + " is " + format_float(m));
  }
}

}  // namespace

std::string_view name_of(PromptAction action) {
  static constexpr std::array<std::string_view, 5> names = {"keep", "drop_easy", "drop_hard",
                                                            "inject", "resample"};
  return names[static_cast<size_t>(action)];
}

PromptAction filter_by_reference(std::span<const double> metrics, bool verified_trajectory,
                                 int64_t prompt) {
  require_finite(metrics, prompt);
  const auto all = std::all_of(metrics.begin(), metrics.end(), [](double m) { return m == 1.0; });
  if (all) return PromptAction::drop_easy;
  const auto any = std::any_of(metrics.begin(), metrics.end(), [](double m) { return m > 0.0; });
  if (any) return PromptAction::keep;
  return verified_trajectory ? PromptAction::inject : PromptAction::drop_hard;
}

PromptAction filter_by_range(std::span<const double> metrics, double low, double high,
                             int64_t prompt) {
  require_finite(metrics, prompt);
  const double mean = mean_of(metrics);
  return low < mean && mean < high ? PromptAction::keep : PromptAction::resample;
}

PromptAction filter_flat(std::span<const double> metrics, int64_t prompt) {
  require_finite(metrics, prompt);
  const auto [low, high] = std::minmax_element(metrics.begin(), metrics.end());
  return metrics.size() > 1 && *low == *high ? PromptAction::resample : PromptAction::keep;
}

}  // namespace kedge
