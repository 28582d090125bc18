#include "trainer/pipeline.h"

#include <algorithm>
#include <csignal>

#include "core/error.h"
#include "trainer/sample_log.h"
#include "trainer/step_metrics.h"

namespace kedge {

void add_groups(std::span<const ScoredGroup> groups, HashChain& hash) {
  for (const ScoredGroup& scored : groups) {
    hash.add_number(scored.group.key.prompt);
    for (const Row& row : scored.group.rows) {
      hash.add_ids(row.tokens);
      hash.add_floats(row.policy_logprob);
    }
  }
}

Pipeline::Pipeline(PipelineParts parts) : p_(std::move(parts)), step_(p_.first_step) {}

RunOutcome Pipeline::run() {
  begin_s_ = step_begin_s_ = p_.clock.now();
  publish();
  if (step_ == 0) {
    evaluate_if_due();
    report();
  }
  while (step_ < p_.config.train.steps && !stopped()) {
    step_begin_s_ = p_.clock.now();
    if (!train_step()) break;
    publish();
    evaluate_if_due();
    report();
    save_if_due();
  }
  return leave();
}

void Pipeline::publish() {
  if (p_.rollouts) p_.rollouts->adopt(p_.learner.parameters());
}

bool Pipeline::train_step() {
  const FlushScope flush;  // advantages and losses are computed on this thread
  const auto batch = p_.source.next(step_, metrics_);
  if (!batch) {
    note("the prompts are used up after step " + std::to_string(step_));
    return false;
  }
  add_groups(batch->groups(), p_.hash);
  const double begin = p_.clock.now();
  for (int u = 0; u < batch->num_updates(); ++u) update(*batch, u);
  p_.source.after_step(p_.learner.parameters());
  ++step_;
  const double end = p_.clock.now();
  metrics_.add("timing_s/update_actor", end - begin, Reduce::sum);
  metrics_.add("timing_s/step", end - step_begin_s_, Reduce::sum);
  const auto tokens = static_cast<double>(tokens_processed(batch->groups()));
  metrics_.add("perf/total_num_tokens", tokens, Reduce::sum);
  metrics_.add("perf/throughput", tokens / std::max(end - step_begin_s_, 1e-9), Reduce::last);
  log_samples("train", batch->groups());
  return true;
}

void Pipeline::update(TrainBatch& batch, int index) {
  UpdateInput input = batch.input(index, p_.learner);
  const bool compares = input.first_of_batch;
  const UpdateReport report = p_.learner.update(std::move(input));
  p_.hash.add_doubles(std::array{report.loss.loss});
  add_update_metrics(report, metrics_);
  if (compares) {
    metrics_.add("rollout/logprob_gap_max", report.logprob_gap_max, Reduce::max);
  }
  batch.add_metrics(report, metrics_);
  if (report.result == UpdateResult::not_finite) check_skips(batch, report);
}

void Pipeline::check_skips(const TrainBatch& batch, const UpdateReport& report) {
  auto rows = report.offenders;
  if (rows.empty()) {
    for (size_t g = 0; g < batch.groups().size(); ++g) {
      const auto count = batch.groups()[g].group.trajectories.size();
      for (size_t t = 0; t < count; ++t) rows.emplace_back(g, t);
    }
  }
  const std::string path = p_.files.write_dump("skipped_step_" + std::to_string(step_) + ".jsonl",
                                               dump_of_rows(batch.groups(), rows, p_.tokenizer));
  const std::string what =
      "step " + std::to_string(step_) + ": update skipped, " +
      (report.offenders.empty() ? "the gradient is" : "log-probs or losses are") +
      " not finite; rows in " + path;
  note(what);
  const int64_t limit = p_.config.train.max_skipped_updates;
  if (p_.learner.skipped_in_a_row() > limit) {
    throw Error("[learner] " + std::to_string(p_.learner.skipped_in_a_row()) +
                " updates in a row skipped, train.max_skipped_updates allows " +
                std::to_string(limit) + "; " + what);
  }
}

void Pipeline::evaluate_if_due() {
  const int64_t every = p_.config.train.eval_every_steps;
  const bool due = every > 0 && (step_ % every == 0 || step_ == p_.config.train.steps);
  if (!p_.evaluator || !due) return;
  const double begin = p_.clock.now();
  const Evaluation evaluation = p_.evaluator->run(*p_.rollouts);
  p_.rollouts->take_metrics();  // counters of evaluation are not the next step's
  metrics_.merge(evaluation.metrics);
  metrics_.add("timing_s/testing", p_.clock.now() - begin, Reduce::sum);
  log_samples("eval", evaluation.groups);
}

void Pipeline::report() {
  if (metrics_.empty()) return;
  p_.files.write_metrics(step_, metrics_.flatten());
  p_.files.flush();
  if (p_.services.progress) {
    p_.services.progress({step_, p_.config.train.steps, seconds_left(), &metrics_});
  }
  metrics_ = MetricSet();
}

void Pipeline::log_samples(const std::string& kind, std::span<const ScoredGroup> groups) {
  int32_t left = p_.config.train.log_samples_per_step;
  for (const ScoredGroup& scored : groups) {
    if (left-- <= 0) break;
    p_.files.write_sample(sample_line(
        step_, kind, scored, 0,
        scored.scores.empty() ? std::vector<std::string>{} : p_.reward_names, p_.tokenizer));
  }
}

void Pipeline::save_if_due() {
  const int64_t every = p_.config.train.checkpoint_every_steps;
  if (every > 0 && step_ % every == 0) save();
}

void Pipeline::save() {
  const double begin = p_.clock.now();
  p_.files.flush();
  checkpoint_ = p_.checkpoints.save(step_, numbers_of(p_.config), p_.state, p_.write_model);
  metrics_.add("timing_s/save_checkpoint", p_.clock.now() - begin, Reduce::sum);
}

bool Pipeline::stopped() {
  if (p_.services.stop_signal) signal_ = p_.services.stop_signal();
  return signal_ != 0;
}

RunOutcome Pipeline::leave() {
  save();
  RunOutcome outcome;
  outcome.steps_done = step_;
  outcome.dir = p_.files.dir();
  outcome.checkpoint = checkpoint_;
  if (signal_ != 0) {
    outcome.exit = signal_ == SIGINT ? kExitInterrupted : kExitRequeue;
    note("stopped by a signal after step " + std::to_string(step_) + "; --resume goes on");
    return outcome;
  }
  p_.checkpoints.save_final(p_.write_model);
  HashChain whole = p_.hash;
  whole.add_number(hash_tensor(p_.learner.parameters().flat()));
  outcome.run_hash = whole.hex();
  p_.files.write_run_hash(outcome.run_hash);
  note("done after step " + std::to_string(step_) + ", run hash " + outcome.run_hash);
  return outcome;
}

void Pipeline::note(const std::string& text) {
  p_.files.note(text);
  if (p_.services.note) p_.services.note(text);
}

double Pipeline::seconds_left() const {
  const int64_t done = step_ - p_.first_step;
  if (done == 0) return 0.0;
  const double each = (p_.clock.now() - begin_s_) / static_cast<double>(done);
  return each * static_cast<double>(p_.config.train.steps - step_);
}

}  // namespace kedge
