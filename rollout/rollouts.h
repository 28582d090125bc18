// What the pipeline sees of sampling, whether the engine is in the same process or on other ranks.
#pragma once
#include <functional>
#include <vector>

#include "core/metrics.h"
#include "core/records.h"
#include "model/parameters.h"

namespace kedge {

class Rollouts {
 public:
  virtual ~Rollouts() = default;
  // Makes `weights` the ones sampled with; returns when every rank has verified and adopted them.
  virtual void adopt(const Parameters& weights) = 0;
  // Runs an order to its end. `on_finished` is called for every row as it ends, from the calling
  // thread (scoring overlaps decoding); the result is in order of (item, sample).
  virtual std::vector<FinishedRow> run(
      const RolloutOrder& order, const std::function<void(const FinishedRow&)>& on_finished) = 0;
  virtual void release(const GroupKey& group) = 0;
  virtual MetricSet take_metrics() = 0;
};

}  // namespace kedge
