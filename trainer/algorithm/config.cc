#include "trainer/algorithm/config.h"

#include <array>

#include "core/registry.h"
#include "trainer/advantage/estimator.h"
#include "trainer/loss/kl.h"

namespace kedge {

std::span<const std::string_view> enum_names(KlPlace) {
  static constexpr std::array<std::string_view, 2> names = {"sequence", "token"};
  return names;
}

std::span<const std::string_view> enum_names(TruncatedRule) {
  static constexpr std::array<std::string_view, 3> names = {"keep", "mask", "leave_group"};
  return names;
}

std::span<const std::string_view> enum_names(ZeroVariance) {
  static constexpr std::array<std::string_view, 3> names = {"keep", "drop", "resample"};
  return names;
}

std::span<const std::string_view> enum_names(AnchorWeights) {
  static constexpr std::array<std::string_view, 3> names = {"initial", "reference", "current"};
  return names;
}

std::span<const std::string_view> enum_names(FilterRule) {
  static constexpr std::array<std::string_view, 3> names = {"none", "pvpo", "range"};
  return names;
}

void PromptFilterConfig::check(const std::string& path) const {
  if (low >= high) {
    throw ConfigError(join_path(path, "low"),
                      "found " + format_float(low) + " with high " + format_float(high),
                      "low must be below high");
  }
}

void InjectionConfig::check(const std::string& path) const {
  if (trajectories.empty()) {
    throw ConfigError(join_path(path, "trajectories"), "missing",
                      "injection needs a file of trajectories");
  }
}

void ShapedRewardConfig::check(const std::string& path) const {
  if (kl_estimator != "k1" && kl_estimator != "k2" && kl_estimator != "k3") {
    throw ConfigError(join_path(path, "kl_estimator"), "found '" + kl_estimator + "'",
                      valid_names(kl_estimator, {"k1", "k2", "k3"}));
  }
}

namespace {

void check_critic(const AlgorithmConfig& c, const std::string& path) {
  if (!c.critic) return;
  if (c.advantage.estimator != "gae") {
    throw ConfigError(join_path(path, "critic"),
                      "a critic with advantage.estimator '" + c.advantage.estimator + "'",
                      "only gae reads one");
  }
}

}  // namespace

void AlgorithmConfig::check(const std::string& path) const {
  const AdvantageEstimator& estimator = estimator_of(advantage);
  if (zero_variance != ZeroVariance::keep && !estimator.flat_is_zero) {
    throw ConfigError(
        join_path(path, "zero_variance"),
        "found '" + std::string(enum_names(zero_variance)[static_cast<size_t>(zero_variance)]) +
            "' with advantage.estimator '" + advantage.estimator + "'",
        "keep: a flat group still has a signal there");
  }
  if (kl.coef > 0 && reward.kl_coef > 0) {
    throw ConfigError(
        join_path(path, "reward.kl_coef"),
        "found " + format_float(reward.kl_coef) + " while kl.coef is " + format_float(kl.coef),
        "the KL stands in the loss or in the reward, not in both");
  }
  if (advantage.lambda != 1.0 && advantage.estimator != "gae") {
    throw ConfigError(join_path(path, "advantage.lambda"),
                      "found " + format_float(advantage.lambda) + " with advantage.estimator '" +
                          advantage.estimator + "'",
                      "only gae reads it");
  }
  check_critic(*this, path);
}

bool needs_reference_policy(const AlgorithmConfig& config) {
  return config.kl.coef > 0 || config.reward.kl_coef > 0;
}

bool needs_anchor(const AlgorithmConfig& config) {
  return estimator_of(config.advantage).needs_reference ||
         config.prompt_filter.rule != FilterRule::none || config.injection.has_value();
}

bool needs_greedy_anchor(const AlgorithmConfig& config) {
  return estimator_of(config.advantage).needs_greedy;
}

bool needs_sampler_logprob(const AlgorithmConfig& config) {
  return config.correction.on() || config.off_policy_mask.has_value();
}

int32_t anchor_samples(const AlgorithmConfig& config, int32_t samples_per_prompt) {
  return config.anchor.samples.value_or(samples_per_prompt);
}

}  // namespace kedge
