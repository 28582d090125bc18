// The `algorithm:` block (policy sheet section 5): every algorithm of the family is a choice on
// orthogonal axes. A preset is a YAML file under the user's keys (presets.h), never code.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/schema.h"
#include "trainer/advantage/config.h"
#include "trainer/advantage/reward_shaping.h"
#include "trainer/credit/credit_shaper.h"
#include "trainer/loss/config.h"

namespace kedge {

enum class KlPlace : uint8_t { sequence, token };
enum class TruncatedRule : uint8_t { keep, mask, leave_group };
enum class ZeroVariance : uint8_t { keep, drop, resample };
enum class AnchorWeights : uint8_t { initial, reference, current };
enum class FilterRule : uint8_t { none, pvpo, range };

std::span<const std::string_view> enum_names(KlPlace);
std::span<const std::string_view> enum_names(TruncatedRule);
std::span<const std::string_view> enum_names(ZeroVariance);
std::span<const std::string_view> enum_names(AnchorWeights);
std::span<const std::string_view> enum_names(FilterRule);

struct AnchorConfig {
  std::optional<int32_t> samples;  // null: samples_per_prompt
  int64_t refresh_every = 0;
  AnchorWeights weights = AnchorWeights::initial;
  std::optional<std::string> store;
  bool greedy = false;
};

struct PromptFilterConfig {
  FilterRule rule = FilterRule::none;
  std::optional<std::string> metric;  // null: the reward marked `metric: true`
  double low = 0.0;
  double high = 1.0;
  int32_t max_batches = 10;
  void check(const std::string& path) const;
};

struct InjectionConfig {
  std::string trajectories;
  int32_t per_group = 1;
  double when_accuracy = 0.0;
  void check(const std::string& path) const;
};

struct ShapedRewardConfig {
  double kl_coef = 0.0;
  std::string kl_estimator = "k1";
  KlPlace kl_place = KlPlace::sequence;
  std::optional<OverlongConfig> overlong;
  void check(const std::string& path) const;
};

struct CriticConfig {
  double learning_rate = 1e-5;
  std::optional<double> value_clip = 0.5;
  double lambda = 1.0;
  bool whiten = true;
  std::optional<std::string> path;
};

struct ReferenceConfig {
  int64_t refresh_every = 0;
  std::optional<std::string> path;
};

// Inherits the loss axes, because all keys lie flat in one block.
struct AlgorithmConfig : LossConfig {
  std::string preset = "grpo";
  AdvantageConfig advantage;
  AnchorConfig anchor;
  PromptFilterConfig prompt_filter;
  std::optional<InjectionConfig> injection;
  ShapedRewardConfig reward;
  TruncatedRule truncated = TruncatedRule::keep;
  ZeroVariance zero_variance = ZeroVariance::keep;
  CreditConfig credit;
  std::optional<CriticConfig> critic;
  ReferenceConfig reference;
  // Conflicts inside the block (ConfigError naming the key). Called on binding.
  void check(const std::string& path) const;
};

template <class V>
void visit(V& v, AnchorConfig& c) {
  v.field("samples", c.samples, "reference samples per prompt; null: samples_per_prompt",
          at_least(1));
  v.field("refresh_every", c.refresh_every, "updates after which they are made again; 0: never",
          at_least(0));
  v.field("weights", c.weights, "who makes them: the initial weights, the reference policy or the current policy");
  v.field("store", c.store, "file they are kept in; null: in memory and checkpoints");
  v.field("greedy", c.greedy, "also one greedy answer per prompt (remax)");
}

template <class V>
void visit(V& v, PromptFilterConfig& c) {
  v.field("rule", c.rule, "which prompts are asked, by the metrics of their reference samples");
  v.field("metric", c.metric, "reward whose raw score decides, here and on flat groups; null: the one marked metric");
  v.field("low", c.low, "range: the mean must be above");
  v.field("high", c.high, "range: the mean must be below");
  v.field("max_batches", c.max_batches, "batches of prompts drawn for one step at most",
          at_least(1));
}

template <class V>
void visit(V& v, InjectionConfig& c) {
  v.field("trajectories", c.trajectories, "file of correct answers with their log-probs");
  v.field("per_group", c.per_group, "rollouts of a group replaced", at_least(1));
  v.field("when_accuracy", c.when_accuracy, "reference accuracy up to which it is done",
          between(0, 1));
}

template <class V>
void visit(V& v, ShapedRewardConfig& c) {
  v.field("kl_coef", c.kl_coef, "weight of the KL to the reference in the reward", at_least(0));
  v.field("kl_estimator", c.kl_estimator, "k1, k2, k3", not_empty());
  v.field("kl_place", c.kl_place, "summed into the row's reward, or token by token after it");
  v.field("overlong", c.overlong, "penalty for long answers: {limit, buffer, penalty}; null: off");
}

template <class V>
void visit(V& v, CriticConfig& c) {
  v.field("learning_rate", c.learning_rate, "peak step size of the value head", positive());
  v.field("value_clip", c.value_clip, "bound on a value's change; null: off", positive());
  v.field("lambda", c.lambda, "decay per token", between(0, 1));
  v.field("whiten", c.whiten, "normalise advantages over the batch");
  v.field("path", c.path, "weights of the value head; null: fresh");
}

template <class V>
void visit(V& v, ReferenceConfig& c) {
  v.field("refresh_every", c.refresh_every, "updates after which it becomes the policy; 0: never",
          at_least(0));
  v.field("path", c.path, "its weights; null: the initial ones");
}

template <class V>
void visit(V& v, AlgorithmConfig& c) {
  v.field("preset", c.preset, "a file of configs/algorithms; the keys below override it",
          not_empty());
  v.section("advantage", c.advantage, "from rewards to advantages");
  v.section("anchor", c.anchor, "reference rewards of a prompt");
  v.section("prompt_filter", c.prompt_filter, "which prompts are asked");
  v.field("injection", c.injection, "given answers put in the place of rollouts; null: off");
  v.section("reward", c.reward, "changes to the reward before the baseline");
  v.field("truncated", c.truncated, "rows stopped by the length limit: train, mask, or leave");
  v.field("zero_variance", c.zero_variance, "groups whose rows all have the same metric");
  visit(v, static_cast<LossConfig&>(c));
  v.section("credit", c.credit, "spreading of an advantage over tokens");
  v.field("critic", c.critic, "value head (gae only); null: off");
  v.section("reference", c.reference, "the reference policy");
}

// What the other blocks of a run say about this one.
struct AlgorithmSetting {
  int32_t samples_per_prompt = 8;
  int32_t updates_per_batch = 1;  // minibatches_per_batch * passes_per_batch
  bool records_sampler_logprob = true;
  bool has_critic = false;    // somebody supplies values
};

// Conflicts between the block and the run: ConfigError naming the key below `path`. Returns
// warnings: legal, but most likely not meant.
std::vector<std::string> check_setting(const AlgorithmConfig& config,
                                       const AlgorithmSetting& setting,
                                       const std::string& path = "algorithm");

// What the run must provide.
bool needs_reference_policy(const AlgorithmConfig& config);  // "ref_logprob" of trained tokens
bool needs_anchor(const AlgorithmConfig& config);            // reference rewards
bool needs_greedy_anchor(const AlgorithmConfig& config);
bool needs_sampler_logprob(const AlgorithmConfig& config);
int32_t anchor_samples(const AlgorithmConfig& config, int32_t samples_per_prompt);

}  // namespace kedge
