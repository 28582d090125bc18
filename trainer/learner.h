// One learner for supervised and reinforcement learning: paths with constant columns in, new
// weights out.
//
//   Learner learner(context, transformer, parameters, options);
//   UpdateReport report = learner.update({paths_of_a_mini_batch, first});
//
// One update: per micro-batch forward, head log-probs and entropies, path losses, head and
// transformer backward; then gradients are joined, measured, clipped, applied, and the weights'
// packed forms refreshed. All sums run in packed order, so every cut into micro-batches gives the
// same bits with operators that keep design law 6.
//
// Legend: T packed tokens, M targets, E model dim.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "core/stateful.h"
#include "model/parameters.h"
#include "model/transformer.h"
#include "trainer/batch/pack.h"
#include "trainer/loss/loss_metrics.h"
#include "trainer/loss/policy_loss.h"
#include "trainer/optim/adamw.h"

namespace kedge {

struct LearnerOptions {
  LossConfig loss;
  OptimizerConfig optimizer;
  PackOptions pack;
  Recompute recompute = Recompute::none;
  int64_t total_updates = 0;  // of the run, for the schedule
  bool exact = false;         // a log-prob gap at the first update is an error
};

// The paths of one update. All columns but `target` are filled; GroupPaths borrow their groups.
struct UpdateInput {
  std::vector<GroupPaths> groups;
  // The weights are those that sampled: old_logprob is compared with what the learner gets, token
  // by token, where the token's span carries the learner's own WeightId.
  bool first_of_batch = false;
};

enum class UpdateResult {
  applied,
  no_signal,   // every gradient is 0: nothing changed, momentum included
  not_finite,  // a log-prob, loss or gradient was not finite: nothing changed
};

struct UpdateReport {
  UpdateResult result = UpdateResult::applied;
  LossMetrics loss;
  double grad_norm = 0.0;  // before clipping
  double learning_rate = 0.0;
  double logprob_gap_max = 0.0;  // first_of_batch only, nats
  int64_t packed_tokens = 0;
  int32_t microbatches = 0;
  // (PackedPath::group, trajectory) whose numbers were not finite; all paths of the update when
  // only the joined gradient shows it.
  std::vector<std::pair<int32_t, int32_t>> offenders;
};

// Thread rule: one thread. Borrows context, transformer and parameters.
class Learner : public Stateful {
 public:
  Learner(Context& context, const Transformer& transformer, Parameters& parameters,
          const LearnerOptions& options);

  // With options.exact a log-prob gap is an InvariantError naming row, token and both values.
  UpdateReport update(UpdateInput input);

  // New log-probs of every path's response tokens (0 where not trained), without learning: for
  // losses whose normaliser depends on them. Same order as the paths of `groups`.
  std::vector<std::vector<std::vector<float>>> new_logprobs(const std::vector<GroupPaths>& groups);

  const Parameters& parameters() const { return parameters_; }
  AdamW& optimizer() { return optimizer_; }
  int64_t skipped_in_a_row() const { return skipped_in_a_row_; }

  // Counters only; weights and moments are tensors and saved beside (trainer/checkpoint.h).
  json save() const override;
  void load(const json& state) override;

 private:
  struct HeadOutput {  // [M] each
    std::vector<float> logprob;
    std::vector<float> lse;
    std::vector<float> entropy;
  };

  HeadOutput forward(const PackedBatch& batch);
  // Path losses and the gradients of the targets; false when there is nothing to send back.
  bool losses(const PackedBatch& batch, const HeadOutput& head, UpdateReport& report,
              HeadOutput& gradient);
  void backward(const PackedBatch& batch, const HeadOutput& head, const HeadOutput& gradient);
  void compare_logprobs(const PackedPath& path, const std::vector<float>& logprob,
                        UpdateReport& report) const;
  void run_microbatch(const PackedBatch& batch, bool compare, UpdateReport& report);
  void conclude(UpdateReport& report);
  void apply(UpdateReport& report);

  Context& context_;
  const Transformer& transformer_;
  Parameters& parameters_;
  const LearnerOptions options_;
  Activations activations_;
  AdamW optimizer_;
  std::vector<const Group*> groups_;  // of the current update, by PackedPath::group
  bool signal_ = false;               // of the current update
  int64_t scheduled_ = 0;             // updates asked for so far, skipped ones included
  int64_t skipped_in_a_row_ = 0;
};

}  // namespace kedge
