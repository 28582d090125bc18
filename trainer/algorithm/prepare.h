// Phase A of an update (policy sheet section 0, steps 1 to 7): everything constant before the first
// backward. Two calls, because a rollout batch may be trained in several updates:
//
//   PolicyRows rows = policy_rows(groups, &signals, shaper columns);
//   PreparedBatch batch = prepare_batch(config, rows);              once per rollout batch
//   for every update: UpdatePlan plan = plan_update(config, rows, batch, {first, last group});
//                     PackedPath path = make_path(rows, batch, plan, row) ... pack ...
//                     policy_path_loss
//
// Advantages are of the whole batch; denominators are of one update. prepare_update() does both for
// a batch that is one update.
//
// Thread rule: pure functions. On several ranks the coordinator calls them once for all groups.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/records.h"
#include "trainer/algorithm/config.h"
#include "trainer/algorithm/policy_rows.h"
#include "trainer/batch/packed_batch.h"

namespace kedge {

struct PrepareOptions {
  bool with_loss = true;  // false: only advantages are asked for, corrections are not
  bool details = false;   // fill PreparedBatch::details
};

// Legend as in policy_rows.h.
struct PreparedBatch {
  std::vector<double> reward;         // [R] after overlong penalty and KL in the reward
  std::vector<uint8_t> sibling;       // [R] has a part in the update
  std::vector<double> row_advantage;  // [R] 0 where not a sibling
  std::vector<uint8_t> mask;          // [N] trained, before rejections
  std::vector<double> advantage;      // [N] 0 where mask is 0
  std::vector<double> weight;         // [N] correction weights; empty: all 1
  std::vector<uint8_t> kept;          // [R] 0: rejected by the correction
  std::vector<uint8_t> flat;          // [P] all siblings have the same metric
  std::vector<uint8_t> dropped;       // [P] left the update: too few siblings, or flat
  std::vector<json> details;          // [P] objects; empty unless asked for
};

// Groups [begin, end) of the batch.
struct GroupRange {
  int32_t begin = 0;
  int32_t end = 0;
};

// What a plan knows of the metrics of sheet 3.12; the rest comes from LossMetrics.
struct PlanMetrics {
  double rows = 0.0;
  double groups = 0.0;
  double zero_variance_groups = 0.0;  // share
  double weighted_tokens = 0.0;       // trained tokens of policy rows, before rejection
  double weight_sum = 0.0;
  double weight_max = 0.0;
  double weight_zero = 0.0;     // count: weight 0 or row rejected
  double mean_advantage = 0.0;  // over rows
  bool corrected = false;
};

struct UpdatePlan {
  GroupRange groups;
  std::vector<double> coefficient;  // [R] c of the row's trained tokens, 0 outside the range
  std::vector<double> entropy_coefficient;  // [R]
  int64_t trained_tokens = 0;               // 0: the update changes nothing and must be skipped
  PlanMetrics metrics;
};

// PolicyError: a number or an anchor is wrong, naming row or prompt. ConfigError: the configuration
// needs a column the rows lack (reference, sampler log-probs, values, given advantages).
PreparedBatch prepare_batch(const AlgorithmConfig& config, const PolicyRows& rows,
                            const PrepareOptions& options = {});

// `new_logprob` [N] is read where needs_scoring_pass(config) says so (InvariantError without it).
UpdatePlan plan_update(const AlgorithmConfig& config, const PolicyRows& rows,
                       const PreparedBatch& batch, GroupRange groups, RealSpan new_logprob = {});

struct PreparedUpdate {
  PolicyRows rows;
  PreparedBatch batch;
  UpdatePlan plan;
};
PreparedUpdate prepare_update(const AlgorithmConfig& config, std::span<const ScoredGroup> groups,
                              const SignalTable* signals, RealSpan new_logprob = {});

// Everything of a path but its targets. group and trajectory are the row's origin.
PackedPath make_path(const PolicyRows& rows, const PreparedBatch& batch, const UpdatePlan& plan,
                     int64_t row);

// For reports and dumps: per group and trajectory of `groups`, from which `rows` were made.
AdvantageTable advantage_table(std::span<const ScoredGroup> groups, const PolicyRows& rows,
                               const PreparedBatch& batch);

// SignalTable columns the configuration reads: "ref_logprob", "given_advantage", the credit rule's.
std::vector<std::string> signal_columns(const AlgorithmConfig& config);

}  // namespace kedge
