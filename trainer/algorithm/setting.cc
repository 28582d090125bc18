#include "core/registry.h"
#include "trainer/advantage/estimator.h"
#include "trainer/algorithm/config.h"

namespace kedge {
namespace {

std::string quoted(const std::string& name) {
  return "'" + name + "'";
}

void check_samples(const AlgorithmConfig& c, const AlgorithmSetting& setting,
                   const std::string& path) {
  if (setting.samples_per_prompt != 1 || !estimator_of(c.advantage).needs_siblings) return;
  throw ConfigError(join_path(path, "advantage.estimator"),
                    quoted(c.advantage.estimator) + " with samples_per_prompt 1",
                    "a group estimator needs at least 2 samples per prompt");
}

void check_sampler(const AlgorithmConfig& c, const AlgorithmSetting& setting,
                   const std::string& path) {
  if (setting.records_sampler_logprob || !needs_sampler_logprob(c)) return;
  const bool correction = c.correction.on();
  throw ConfigError(join_path(path, correction ? "correction.kind" : "off_policy_mask"),
                    correction ? quoted(c.correction.kind) : "set",
                    "this run records no sampler log-probs");
}

bool pairs_by_index(const AlgorithmConfig& c) {
  return c.advantage.estimator == "aapo" && c.advantage.margin.pairing == Pairing::index;
}

void check_anchor(const AlgorithmConfig& c, const AlgorithmSetting& setting,
                  const std::string& path) {
  if (!needs_anchor(c) && !needs_greedy_anchor(c)) return;
  if (needs_greedy_anchor(c) && !c.anchor.greedy) {
    throw ConfigError(join_path(path, "anchor.greedy"),
                      "false with advantage.estimator " + quoted(c.advantage.estimator),
                      "true: its baseline is a greedy answer");
  }
  const int32_t samples = anchor_samples(c, setting.samples_per_prompt);
  if (pairs_by_index(c) && samples < setting.samples_per_prompt) {
    throw ConfigError(join_path(path, "anchor.samples"),
                      std::to_string(samples) + " for " +
                          std::to_string(setting.samples_per_prompt) + " samples per prompt",
                      "margin.pairing index needs one reference sample per sample");
  }
}

void check_injection(const AlgorithmConfig& c, const AlgorithmSetting& setting,
                     const std::string& path) {
  if (!c.injection || c.injection->per_group < setting.samples_per_prompt) return;
  throw ConfigError(join_path(path, "injection.per_group"),
                    "found " + std::to_string(c.injection->per_group) + " of " +
                        std::to_string(setting.samples_per_prompt) + " samples per prompt",
                    "fewer than samples_per_prompt: the policy answers too");
}

void check_values(const AlgorithmConfig& c, const AlgorithmSetting& setting,
                  const std::string& path) {
  if (c.advantage.estimator != "gae" || setting.has_critic) return;
  throw ConfigError(join_path(path, "advantage.estimator"), "'gae' without a critic's values",
                    "kedge trains no value head; take any other estimator");
}

}  // namespace

std::vector<std::string> check_setting(const AlgorithmConfig& config,
                                       const AlgorithmSetting& setting, const std::string& path) {
  check_samples(config, setting, path);
  check_sampler(config, setting, path);
  check_anchor(config, setting, path);
  check_values(config, setting, path);
  check_injection(config, setting, path);
  std::vector<std::string> warnings;
  if (pairs_by_index(config) && config.anchor.refresh_every != 1) {
    warnings.push_back(join_path(path, "anchor.refresh_every") + " " +
                       std::to_string(config.anchor.refresh_every) +
                       " with margin.pairing index: a prompt drawn again is paired with the same "
                       "reference samples; pairing average is made for kept ones");
  }
  if (config.ratio.level == RatioLevel::none && setting.updates_per_batch > 1) {
    warnings.push_back(join_path(path, "ratio.level") + " none with " +
                       std::to_string(setting.updates_per_batch) +
                       " updates per rollout batch: later updates are biased");
  }
  if (config.advantage.whiten != Whiten::none && config.advantage.estimator == "group" &&
      config.advantage.scale == AdvantageScale::group_std) {
    warnings.push_back(join_path(path, "advantage.whiten") +
                       " with scale group_std normalises twice");
  }
  return warnings;
}

}  // namespace kedge
