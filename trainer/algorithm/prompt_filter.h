// Which prompts are worth asking (policy sheet 2.2 and 3.8). Decides on the raw metric, not the
// shaped reward: an overlong penalty would make a hopeless group look varied.
#pragma once
#include <span>
#include <string_view>

#include "trainer/algorithm/config.h"

namespace kedge {

enum class PromptAction : uint8_t { keep, drop_easy, drop_hard, inject, resample };
std::string_view name_of(PromptAction action);

// PVPO, by the metrics of a prompt's reference samples: all 1: drop_easy; any above 0: keep; else
// inject where a verified trajectory exists, or drop_hard. A metric that is not finite, or none at
// all, is a PolicyError nonfinite_metric naming `prompt`; so below.
PromptAction filter_by_reference(std::span<const double> metrics, bool verified_trajectory,
                                 int64_t prompt);

// keep where the mean is strictly between low and high, else resample.
PromptAction filter_by_range(std::span<const double> metrics, double low, double high,
                             int64_t prompt);

// DAPO's dynamic sampling (zero_variance: resample): resample a group of more than one whose
// metrics are all equal.
PromptAction filter_flat(std::span<const double> metrics, int64_t prompt);

}  // namespace kedge
