// What the pipeline trains on in a step, and where it comes from: rollouts that were judged, or
// demonstrations. One loop serves both.
#pragma once
#include <memory>
#include <vector>

#include "core/metrics.h"
#include "core/records.h"
#include "core/stateful.h"
#include "trainer/learner.h"

namespace kedge {

// The groups of one step and how they become updates. Updates are asked for in order, 0 first.
class TrainBatch {
 public:
  virtual ~TrainBatch() = default;
  virtual const std::vector<ScoredGroup>& groups() const = 0;
  virtual int num_updates() const = 0;
  // The paths of one update; they borrow the groups. `learner` serves a scoring pass.
  virtual UpdateInput input(int update, Learner& learner) = 0;
  virtual void add_metrics(const UpdateReport& report, MetricSet& metrics) const = 0;
};

// Thread rule: one thread.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  // The batch of a step, its timings and counts added to `metrics`; nullptr when the prompts are
  // used up. Weights sampled with are those the rollouts adopted last.
  virtual std::unique_ptr<TrainBatch> next(int64_t step, MetricSet& metrics) = 0;
  virtual void register_state(StateRegistry& registry) = 0;
  // Called after every step with the learner's weights.
  virtual void after_step(const Parameters&) {}
};

}  // namespace kedge
