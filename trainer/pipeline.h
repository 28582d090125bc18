// The one loop of training: batch, updates, publish, evaluate, report, save.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/hash.h"
#include "rollout/rollouts.h"
#include "trainer/checkpoint.h"
#include "trainer/evaluate.h"
#include "trainer/run.h"
#include "trainer/run_files.h"
#include "trainer/train_batch.h"

namespace kedge {

// Borrowed for the life of the pipeline. rollouts and evaluator may be nullptr (supervised training
// without evaluation).
struct PipelineParts {
  const RunConfig& config;
  const RunServices& services;
  const Clock& clock;
  const Tokenizer& tokenizer;
  Learner& learner;
  BatchSource& source;
  Rollouts* rollouts = nullptr;
  const Evaluator* evaluator = nullptr;
  std::vector<std::string> reward_names;
  RunFiles& files;
  CheckpointStore& checkpoints;
  TrainerState state;
  std::function<void(const std::string& dir)> write_model;
  HashChain& hash;
  int64_t first_step = 0;  // steps done before, by the checkpoint gone on from
};

// Thread rule: one thread.
class Pipeline {
 public:
  explicit Pipeline(PipelineParts parts);

  // Runs to the last step, the end of the prompts, or a signal: then saves and leaves.
  RunOutcome run();

 private:
  void publish();
  bool train_step();
  void update(TrainBatch& batch, int index);
  void check_skips(const TrainBatch& batch, const UpdateReport& report);
  void evaluate_if_due();
  void report();
  void log_samples(const std::string& kind, std::span<const ScoredGroup> groups);
  void save_if_due();
  void save();
  bool stopped();
  RunOutcome leave();
  void note(const std::string& text);
  double seconds_left() const;

  PipelineParts p_;
  MetricSet metrics_;  // of the current step
  int64_t step_ = 0;   // steps done
  int signal_ = 0;
  double begin_s_ = 0.0;  // when this process began to train
  double step_begin_s_ = 0.0;
  std::string checkpoint_;  // the last one written
};

// Chains what a step sampled: ids and log-prob bits of every row, in group order.
void add_groups(std::span<const ScoredGroup> groups, HashChain& hash);

}  // namespace kedge
