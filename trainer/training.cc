#include "trainer/training.h"

#include <cerrno>

#include "core/error.h"
#include "core/file_lock.h"
#include "rollout/local_rollouts.h"
#include "rollout/sources/sources.h"
#include "trainer/demonstration_source.h"
#include "trainer/model_setup.h"
#include "trainer/pipeline.h"
#include "trainer/policy_sampling.h"
#include "trainer/policy_source.h"

namespace kedge {
namespace {

// The engine with what it borrows.
class ColocatedRollouts : public Rollouts {
 public:
  ColocatedRollouts(const RunConfig& config, PolicyModel& model, int32_t longest_prompt)
      : environment_(plain_environment()),
        engine_(make_engine(model.context(), model.transformer(), model.tokenizer(), *environment_,
                            engine_options(config, model.config(), longest_prompt))),
        rollouts_(local_rollouts(*engine_)) {}

  void adopt(const Parameters& weights) override { rollouts_->adopt(weights); }
  std::vector<FinishedRow> run(const RolloutOrder& order,
                               const std::function<void(const FinishedRow&)>& each) override {
    return rollouts_->run(order, each);
  }
  void release(const GroupKey& group) override { rollouts_->release(group); }
  MetricSet take_metrics() override { return rollouts_->take_metrics(); }

 private:
  std::unique_ptr<Environment> environment_;
  std::unique_ptr<RolloutEngine> engine_;
  std::unique_ptr<Rollouts> rollouts_;
};

SourceOptions source_options(const RunConfig& config, const PolicyModel& model,
                             const Tokenizer& tokenizer, Side side) {
  return {tokenizer, config.run.seed, max_prompt_tokens(config, model.config()), side};
}

// Rewards are made before the model: what they start (processes) must not inherit a GPU in use.
std::unique_ptr<RewardSet> make_rewards(const RunConfig& config) {
  return std::make_unique<RewardSet>(config.rewards, config.reward_options);
}

// nullptr where the run does not evaluate.
std::unique_ptr<RewardSet> make_evaluation_rewards(const RunConfig& config) {
  return config.train.eval_every_steps == 0 ? nullptr : make_rewards(config);
}

// Evaluation prompts with rewards of their own: histories of the training rewards stay untouched.
struct EvaluationParts {
  EvaluationParts(const RunConfig& config, PolicyModel& model, std::unique_ptr<RewardSet> own)
      : rewards(std::move(own)),
        source(make_prompt_source(config.data.eval,
                                  source_options(config, model, model.tokenizer(), Side::held_out),
                                  "data.eval")),
        evaluator(source->fixed(config.data.eval.prompts),
                  evaluation_options(config, model.stop_ids()), model.tokenizer(), *rewards) {
    for (const PromptVisit& visit : source->fixed(config.data.eval.prompts)) {
      rewards->check_prompt(*visit.prompt);
    }
  }

  std::unique_ptr<RewardSet> rewards;
  std::unique_ptr<PromptSource> source;
  Evaluator evaluator;
};

std::unique_ptr<EvaluationParts> make_evaluation(const RunConfig& config, PolicyModel& model,
                                                 std::unique_ptr<RewardSet> rewards) {
  if (!rewards) return nullptr;
  return std::make_unique<EvaluationParts>(config, model, std::move(rewards));
}

LearnerOptions learner_options(const RunConfig& config, bool supervised) {
  const TrainSection& train = config.train;
  LearnerOptions options;
  options.loss = supervised ? supervised_loss() : static_cast<LossConfig>(config.algorithm);
  options.optimizer = config.optimizer;
  options.pack.tokens_per_microbatch = train.tokens_per_microbatch;
  options.pack.split_groups = train.split_groups;
  if (!supervised) options.pack.temperature = static_cast<float>(config.rollout.temperature);
  options.recompute =
      train.recompute == RecomputeMode::blocks ? Recompute::blocks : Recompute::none;
  const int64_t updates =
      supervised ? 1 : int64_t{train.minibatches_per_batch} * train.passes_per_batch;
  options.total_updates = train.steps * updates;
  options.exact = config.compute.numerics == Numerics::exact;
  return options;
}

// Learner, state and files: what both kinds of training share. Legal order: construct, register the
// source's state, restore(), run().
class Run {
 public:
  Run(const RunConfig& config, const RunServices& services, PolicyModel& model, bool supervised)
      : config_(config),
        services_(services),
        files_(services.files ? *services.files : real_files()),
        clock_(services.clock ? *services.clock : real_clock()),
        model_(model),
        learner_(model.context(), model.transformer(), model.parameters(),
                 learner_options(config, supervised)),
        checkpoints_(files_, config.checkpoints_dir(), config.train.keep_checkpoints) {
    registry_.add("learner", learner_);
    registry_.add("run_hash", hash_);
  }

  const Clock& clock() const { return clock_; }
  FileSystem& files() const { return files_; }

  RunOutcome run(BatchSource& source, Rollouts* rollouts, const Evaluator* evaluator,
                 std::vector<std::string> reward_names, ReferencePolicy* reference) {
    const auto lock = claim_directory();
    source.register_state(registry_);
    Parameters* moving = reference && reference->moves() ? &reference->parameters() : nullptr;
    const TrainerState state{model_.parameters(), learner_.optimizer(), moving, registry_};
    const std::optional<int64_t> resumed = restore(state);
    if (resumed && moving) reference->refresh();
    RunFiles files(config_, files_, clock_, services_.resume ? resumed.value_or(-1) : resumed);
    files.note("settings " + numbers_hash(config_));
    for (const std::string& line : said_) tell(files, line);
    Pipeline pipeline({config_, services_, clock_, model_.tokenizer(), learner_, source, rollouts,
                       evaluator, std::move(reward_names), files, checkpoints_, state,
                       [&](const std::string& dir) { write_model(dir); }, hash_,
                       resumed.value_or(0)});
    return pipeline.run();
  }

  // A line for the log and the caller once the run's files are open; "" says nothing.
  void say(std::string line) {
    if (!line.empty()) said_.push_back(std::move(line));
  }

 private:
  // Two runs in one directory would break each other's checkpoints.
  std::unique_ptr<FileLock> claim_directory() const {
    const std::string dir = config_.run_dir();
    const std::string path = path_join(dir, "lock");
    std::unique_ptr<FileLock> lock;
    try {
      files_.make_directories(dir);
      lock = FileLock::try_acquire(path);
    } catch (const FileError& error) {
      if (error.code() == ENOSPC) throw;
      throw ConfigError("run.dir", "cannot write there: " + std::string(error.what()),
                        "a directory that this process may write in");
    }
    if (!lock) {
      throw ConfigError("run.dir", "'" + dir + "' is in use by process " + FileLock::holder(path),
                        "another run.dir or run.name, or wait until that run has ended");
    }
    return lock;
  }

  std::optional<int64_t> restore(const TrainerState& state) {
    if (!services_.resume) return std::nullopt;
    const auto checkpoint = checkpoints_.latest();
    if (!checkpoint) return std::nullopt;
    const int64_t step = checkpoints_.load(*checkpoint, numbers_of(config_), state);
    model_.refresh();
    return step;
  }

  void write_model(const std::string& dir) const {
    save_model_dir(files_, config_, model_.tokenizer(), model_.parameters(), dir);
  }

  void tell(RunFiles& files, const std::string& text) {
    files.note(text);
    if (services_.note) services_.note(text);
  }

  const RunConfig& config_;
  const RunServices& services_;
  FileSystem& files_;
  const Clock& clock_;
  PolicyModel& model_;
  Learner learner_;
  CheckpointStore checkpoints_;
  StateRegistry registry_;
  HashChain hash_;
  std::vector<std::string> said_;
};

// Refuses a run directory before anything is loaded.
void check_directory(const RunConfig& config, const RunServices& services) {
  FileSystem& files = services.files ? *services.files : real_files();
  if (!services.resume) check_new_run(files, config.run_dir());
}

void check_prompts(const PromptSource& prompts, const RewardSet& rewards) {
  constexpr uint64_t kLooked = 100000;
  const uint64_t count = prompts.size() ? std::min(*prompts.size(), kLooked) : 1;
  for (const PromptVisit& visit : prompts.fixed(static_cast<int>(count))) {
    rewards.check_prompt(*visit.prompt);
  }
}

}  // namespace

std::unique_ptr<Rollouts> colocated_rollouts(const RunConfig& config, PolicyModel& model,
                                             int32_t longest_prompt) {
  return std::make_unique<ColocatedRollouts>(config, model, longest_prompt);
}

RunOutcome train_with(const RunConfig& config, const RunServices& services,
                      const RolloutsFactory& make_rollouts) {
  auto warnings = check_for_training(config, false);
  check_directory(config, services);
  RewardSet rewards = make_training_rewards(config);
  auto reference_rewards = make_reference_rewards(config, rewards);
  auto evaluation_rewards = make_evaluation_rewards(config);
  PolicyModel model(config, Parameters::Gradients::yes);
  Run run(config, services, model, false);
  for (const std::string& warning : warnings) run.say("warning: " + warning);
  const auto prompts = make_prompt_source(
      config.data.train, source_options(config, model, model.tokenizer(), Side::train),
      "data.train");
  check_prompts(*prompts, rewards);
  const auto evaluation = make_evaluation(config, model, std::move(evaluation_rewards));
  const int32_t longest =
      std::max(longest_prompt(*prompts), evaluation ? longest_prompt(*evaluation->source) : 0);
  const auto rollouts = make_rollouts(model, longest);
  PolicySampling sampling(config, run.files(), model, rewards, std::move(reference_rewards));
  run.say(sampling.check_injections(*prompts));
  const auto source = make_policy_source(
      {config, *prompts, sampling.strategy(), *rollouts, model.tokenizer(), rewards,
       sampling.reference(), run.clock(), sampling.reference_rewards(), &sampling.frozen()});
  return run.run(*source, rollouts.get(), evaluation ? &evaluation->evaluator : nullptr,
                 rewards.names(), sampling.reference());
}

RunOutcome train(const RunConfig& config, const RunServices& services) {
  return train_with(config, services, [&](PolicyModel& model, int32_t longest) {
    return colocated_rollouts(config, model, longest);
  });
}

RunOutcome sft(const RunConfig& config, const RunServices& services) {
  check_for_training(config, true);
  check_directory(config, services);
  auto evaluation_rewards = make_evaluation_rewards(config);
  PolicyModel model(config, Parameters::Gradients::yes);
  Run run(config, services, model, true);
  SourceOptions options = source_options(config, model, model.tokenizer(), Side::train);
  options.max_tokens = static_cast<int32_t>(model.config().max_position);
  const auto demonstrations =
      make_demonstration_source(config.data.train, options, model.stop_ids().front(), "data.train");
  const auto evaluation = make_evaluation(config, model, std::move(evaluation_rewards));
  std::unique_ptr<Rollouts> rollouts;
  if (evaluation) {
    rollouts = colocated_rollouts(config, model, longest_prompt(*evaluation->source));
  }
  const auto source =
      make_demonstration_batches(*demonstrations, config.sft.demonstrations_per_step);
  return run.run(*source, rollouts.get(), evaluation ? &evaluation->evaluator : nullptr,
                 evaluation ? evaluation->rewards->names() : std::vector<std::string>{}, nullptr);
}

MetricSet evaluate(const RunConfig& config, const std::string& model_dir,
                   const RunServices& services) {
  RunConfig used = config;
  if (!model_dir.empty()) {
    used.model = ModelSection{};
    used.model.path = model_dir;
  }
  if (!used.data.eval.is_given()) throw ConfigError("data.eval", "no prompts", "give task or file");
  auto rewards = make_rewards(used);
  PolicyModel model(used, Parameters::Gradients::none);
  EvaluationParts evaluation(used, model, std::move(rewards));
  const auto rollouts = colocated_rollouts(used, model, longest_prompt(*evaluation.source));
  rollouts->adopt(model.parameters());
  if (services.note) {
    services.note("evaluating on " + std::to_string(used.data.eval.prompts) + " prompts");
  }
  return evaluation.evaluator.run(*rollouts).metrics;
}

}  // namespace kedge
