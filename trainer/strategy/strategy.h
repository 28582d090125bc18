// How a step's groups come about: rounds of orders. Plain sampling is one round; trees, resampling
// and reference samples are more rounds or a wider first one, never a second loop (design section
// 4).
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "core/metrics.h"
#include "core/records.h"
#include "core/stateful.h"
#include "rollout/prompt_source.h"

namespace kedge {

// Thread rule: one thread, the coordinator's.
class RolloutStrategy : public Stateful {
 public:
  // The first order of a step. Fewer prompts than configured means the source is exhausted; an
  // empty order ends the run.
  virtual RolloutOrder first(PromptSource& prompts, int64_t step) = 0;
  // The next round of the step, or nothing.
  virtual std::optional<RolloutOrder> next(PromptSource& prompts, const RoundResult& round) = 0;
  // Builds the step's groups, in prompt order, from all rounds: select, replace, drop (counted).
  virtual std::vector<ScoredGroup> finish(RoundResult round) = 0;
  // What it did since the last call: rollouts ordered, groups dropped, by reason.
  virtual MetricSet take_metrics() { return {}; }
};

}  // namespace kedge
