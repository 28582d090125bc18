#include "trainer/policy_sampling.h"

#include <algorithm>

#include "core/error.h"
#include "core/hash.h"
#include "trainer/anchors/with_anchors.h"
#include "trainer/collector.h"
#include "trainer/injection/with_injection.h"
#include "trainer/signals.h"
#include "trainer/strategy/refill.h"
#include "trainer/strategy/table.h"

namespace kedge {
namespace {

// Reference samples of a reference policy that moves need somebody to move it.
bool needs_reference(const RunConfig& config, const RewardSet& rewards) {
  return needs_reference_policy(config.algorithm) ||
         signals_need_reference(rewards.signal_columns()) ||
         (needs_anchors(config, rewards) &&
          anchor_settings(config, rewards, {}).weights == WeightSet::reference);
}

void check_metric(const RunConfig& config, const RewardSet& rewards) {
  const AlgorithmConfig& algorithm = config.algorithm;
  const bool resamples = algorithm.zero_variance == ZeroVariance::resample;
  if (rewards.metric_is_early() || (!resamples && !algorithm.injection)) return;
  throw ConfigError(resamples ? "algorithm.zero_variance" : "algorithm.injection",
                    "the metric is of reward '" + rewards.names()[rewards.metric_index()] +
                        "', which judges at the end of a step",
                    "prompt_filter.metric: a reward that judges one answer by itself");
}

// A record would hold numbers measured with weights that its header does not name.
void check_store(const RunConfig& config, const RewardSet& rewards) {
  const AlgorithmConfig& algorithm = config.algorithm;
  const bool moving = algorithm.reference.refresh_every > 0;
  if (!algorithm.anchor.store || !moving || rewards.signal_columns().empty()) return;
  throw ConfigError("algorithm.anchor.store",
                    "a reward measures with the reference policy, which moves",
                    "reference.refresh_every 0, or no store");
}

}  // namespace

RewardSet make_training_rewards(const RunConfig& config) {
  RewardSet rewards(config.rewards, config.reward_options);
  const std::string filter = "algorithm.prompt_filter.metric";
  if (const auto& metric = config.algorithm.prompt_filter.metric) {
    rewards.use_metric(*metric, filter);
  }
  check_signal_columns(rewards.signal_columns(), "rewards");
  check_metric(config, rewards);
  check_store(config, rewards);
  return rewards;
}

std::unique_ptr<RewardSet> make_reference_rewards(const RunConfig& config,
                                                  const RewardSet& rewards) {
  if (!needs_anchors(config, rewards)) return nullptr;
  return std::make_unique<RewardSet>(make_training_rewards(config));
}

std::vector<WeightSet> frozen_sets(const RunConfig& config, const RewardSet& rewards) {
  std::vector<WeightSet> sets;
  if (needs_reference(config, rewards)) sets.push_back(stored_set(config, WeightSet::reference));
  if (needs_anchors(config, rewards)) {
    const WeightSet set = anchor_settings(config, rewards, {}).weights;
    if (set != WeightSet::policy && std::ranges::find(sets, set) == sets.end()) {
      sets.push_back(set);
    }
  }
  return sets;
}

InjectionOptions injection_options(const RunConfig& config, const ModelConfig& model) {
  InjectionOptions options;
  options.path = config.algorithm.injection->trajectories;
  options.needs_logprobs = config.algorithm.injected == InjectedRule::behaviour;
  options.stop = model.eos_ids.front();
  options.vocab = model.vocab;
  options.max_context = model.max_position;
  return options;
}

PolicySampling::PolicySampling(const RunConfig& config, FileSystem& files, PolicyModel& model,
                               const RewardSet& rewards,
                               std::unique_ptr<RewardSet> reference_rewards)
    : frozen_(config, model), reference_rewards_(std::move(reference_rewards)) {
  if (reference_rewards_) make_anchors(config, files, model, rewards);
  if (config.algorithm.injection) make_injections(config, files, model);
  if (needs_reference(config, rewards)) {
    reference_ = std::make_unique<ReferencePolicy>(config, model, frozen_);
  }
  make_strategy_of(config, model, rewards);
}

void PolicySampling::make_anchors(const RunConfig& config, FileSystem& files, PolicyModel& model,
                                  const RewardSet& rewards) {
  const AnchorSettings settings = anchor_settings(config, rewards, model.stop_ids());
  ordered_json identity;
  if (settings.path) {
    const bool own = settings.weights == WeightSet::reference;
    const Parameters& weights = own ? frozen_.get(settings.weights) : model.parameters();
    identity = anchor_identity(config, settings, hex_of(hash_tensor(weights.flat())));
  }
  anchors_ = std::make_unique<AnchorStore>(files, settings, identity);
}

void PolicySampling::make_injections(const RunConfig& config, FileSystem& files,
                                     PolicyModel& model) {
  injections_ = std::make_unique<Injections>(
      files, model.tokenizer(), injection_options(config, model.config()),
      [&tokenizer = model.tokenizer(), judge = reference_rewards_.get()](const Prompt& prompt,
                                                                         const Row& row) {
        return judge_alone(tokenizer, *judge, prompt, row);
      });
}

void PolicySampling::make_strategy_of(const RunConfig& config, PolicyModel& model,
                                      const RewardSet& rewards) {
  StrategyContext context{config.rollout, config.rollout.sampling()};
  context.sampling.stop_ids = model.stop_ids();
  strategy_ = make_strategy(context);
  if (anchors_) strategy_ = with_anchors(std::move(strategy_), *anchors_);
  if (injections_) {
    strategy_ =
        with_injection(std::move(strategy_), *config.algorithm.injection, *anchors_, *injections_);
  }
  if (const auto options = refill_options(config, rewards)) {
    strategy_ = with_refill(std::move(strategy_), *options, {anchors_.get(), injections_.get()});
  }
}

std::string PolicySampling::check_injections(const PromptSource& prompts) {
  if (!injections_) return "";
  constexpr uint64_t kLooked = 100000;
  size_t answers = 0;
  size_t helped = 0;
  const auto count = static_cast<int>(std::min(prompts.size().value_or(0), kLooked));
  for (const PromptVisit& visit : prompts.fixed(count)) {
    const size_t correct = injections_->correct(*visit.prompt).size();
    answers += correct;
    helped += correct > 0;
  }
  return detail::concat("injection: ", injections_->size(), " given answers, ", answers,
                        " correct ones for ", helped, " of ", count, " prompts, ",
                        injections_->num_wrong(), " wrong");
}

}  // namespace kedge
