#include "trainer/disaggregated.h"

#include "core/error.h"
#include "rollout/rollout_worker.h"
#include "rollout/sources/sources.h"
#include "rollout/worker_rollouts.h"
#include "trainer/policy_model.h"
#include "trainer/training.h"

namespace kedge {
namespace {

constexpr int kCoordinator = 0;

// Tells the workers to leave when the run is over.
class RunRollouts : public Rollouts {
 public:
  explicit RunRollouts(std::unique_ptr<WorkerRollouts> workers)
      : workers_(std::move(workers)), exceptions_(std::uncaught_exceptions()) {}
  ~RunRollouts() override {
    // After a failure the communicator is unusable, and its error reaches the workers by itself.
    if (std::uncaught_exceptions() > exceptions_) return;
    try {
      workers_->stop();
    } catch (const Error&) {  // a worker that is gone cannot be told to go
    }
  }

  void adopt(const Parameters& weights) override { workers_->adopt(weights); }
  std::vector<FinishedRow> run(const RolloutOrder& order,
                               const std::function<void(const FinishedRow&)>& each) override {
    return workers_->run(order, each);
  }
  void release(const GroupKey& group) override { workers_->release(group); }
  MetricSet take_metrics() override { return workers_->take_metrics(); }

 private:
  std::unique_ptr<WorkerRollouts> workers_;
  const int exceptions_;
};

RunOutcome coordinate(const RunConfig& config, const RunServices& services,
                      Communicator& communicator) {
  WorkerRolloutsOptions options;
  for (int rank = kCoordinator + 1; rank < communicator.size(); ++rank) {
    options.workers.push_back(rank);
  }
  options.samples_ahead = config.rollout.slots;
  options.canary_seed = config.run.seed;
  return train_with(config, services, [&](PolicyModel& model, int32_t) {
    return std::make_unique<RunRollouts>(
        worker_rollouts(communicator, model.context(), model.transformer(), options));
  });
}

int32_t longest_known_prompt(const RunConfig& config, const PolicyModel& model,
                             const Tokenizer& tokenizer) {
  const int32_t room = max_prompt_tokens(config, model.config());
  const SourceOptions options{tokenizer, config.run.seed, room, Side::train};
  int32_t longest = longest_prompt(*make_prompt_source(config.data.train, options, "data.train"));
  if (config.data.eval.is_given()) {
    const SourceOptions held_out{tokenizer, config.run.seed, room, Side::held_out};
    const auto eval = make_prompt_source(config.data.eval, held_out, "data.eval");
    longest = std::max(longest, longest_prompt(*eval));
  }
  return longest;
}

RunOutcome serve(const RunConfig& config, Communicator& communicator) {
  PolicyModel model(config, Parameters::Gradients::none);
  const auto environment = plain_environment();
  WorkerOptions options;
  options.coordinator = kCoordinator;
  options.engine = engine_options(config, model.config(),
                                  longest_known_prompt(config, model, model.tokenizer()));
  options.canary.bitwise = config.compute.numerics != Numerics::aten;
  run_rollout_worker(
      {communicator, model.context(), model.transformer(), model.tokenizer(), *environment},
      options);
  return RunOutcome{};
}

}  // namespace

RunOutcome train_disaggregated(const RunConfig& config, const RunServices& services,
                               Communicator& communicator) {
  if (communicator.size() < 2) {
    throw ConfigError("placement.mode", "disaggregated on 1 rank",
                      "at least 2 ranks: one learns, the others sample");
  }
  return communicator.rank() == kCoordinator ? coordinate(config, services, communicator)
                                             : serve(config, communicator);
}

}  // namespace kedge
