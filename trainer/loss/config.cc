#include "trainer/loss/config.h"

#include <array>

#include "core/registry.h"
#include "trainer/loss/clip.h"
#include "trainer/loss/correction.h"
#include "trainer/loss/kl.h"

namespace kedge {

std::span<const std::string_view> enum_names(RatioLevel) {
  static constexpr std::array<std::string_view, 5> names = {"token", "sequence", "sequence_token",
                                                            "sequence_product", "none"};
  return names;
}

std::span<const std::string_view> enum_names(CorrectionDenominator) {
  static constexpr std::array<std::string_view, 2> names = {"fixed", "shrink"};
  return names;
}

std::span<const std::string_view> enum_names(EntropyAggregate) {
  static constexpr std::array<std::string_view, 2> names = {"same", "token_mean"};
  return names;
}

std::span<const std::string_view> enum_names(AggregateMode) {
  static constexpr std::array<std::string_view, 6> names = {"token_mean",
                                                            "seq_mean_token_mean",
                                                            "seq_mean_token_sum",
                                                            "seq_mean_token_sum_norm",
                                                            "group_mean_token_mean",
                                                            "token_sum"};
  return names;
}

std::span<const std::string_view> enum_names(AggregateRows) {
  static constexpr std::array<std::string_view, 2> names = {"all", "trained"};
  return names;
}

std::span<const std::string_view> enum_names(InjectedRule) {
  static constexpr std::array<std::string_view, 2> names = {"behaviour", "detach"};
  return names;
}

void ClipConfig::check(const std::string& path) const {
  find_entry("clip kind", clip_kinds(), kind, join_path(path, "kind"));
  if (kind != "cispo" && (!low || !high)) {
    throw ConfigError(join_path(path, low ? "high" : "low"), "null with kind '" + kind + "'",
                      "only cispo may go without a bound");
  }
  if (dual && kind == "ppo" && *dual <= 1.0 + *high) {
    throw ConfigError(join_path(path, "dual"),
                      "found " + format_float(*dual) + " with high " + format_float(*high),
                      "dual must be above 1 + high");
  }
}

void CorrectionConfig::check(const std::string& path) const {
  if (on()) find_entry("correction", corrections(), kind, join_path(path, "kind"));
  if (low && high && *low > *high) {
    throw ConfigError(join_path(path, "low"),
                      "found " + format_float(*low) + " above high " + format_float(*high),
                      "low must not be above high");
  }
}

void KlConfig::check(const std::string& path) const {
  find_entry("KL estimator", kl_estimators(), estimator, join_path(path, "estimator"));
  if (coef > 0 && !force && (estimator == "k1" || estimator == "abs")) {
    throw ConfigError(join_path(path, "estimator"), "'" + estimator + "' as a loss",
                      "its expected gradient is not the KL's: use k2, k3, k1+ or k3+, or set " +
                          join_path(path, "force"));
  }
}

void AggregateConfig::check(const std::string& path) const {
  if (mode == AggregateMode::seq_mean_token_sum_norm && !divisor) {
    throw ConfigError(join_path(path, "divisor"), "null with mode seq_mean_token_sum_norm",
                      "a number of tokens, usually the longest response allowed");
  }
}

bool needs_scoring_pass(const LossConfig& config) {
  if (!config.off_policy_mask) return false;
  const bool entropy_counts =
      config.entropy.coef > 0 && config.entropy.aggregate == EntropyAggregate::token_mean;
  return config.correction.denominator == CorrectionDenominator::shrink || entropy_counts;
}

}  // namespace kedge
