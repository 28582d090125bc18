// `algorithm.advantage`: how rewards become advantages (policy sheet 3.1).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/schema.h"

namespace kedge {

enum class AdvantageScale : uint8_t { group_std, batch_std, none };
enum class StdKind : uint8_t { sample, population };
enum class Singleton : uint8_t { zero, raw, error };
enum class Whiten : uint8_t { none, tokens, rows };
enum class GpgAlpha : uint8_t { groups, verl, one };
enum class GfpoMetric : uint8_t { shortest, efficiency };
enum class Pairing : uint8_t { index, average, mean };

std::span<const std::string_view> enum_names(AdvantageScale);
std::span<const std::string_view> enum_names(StdKind);
std::span<const std::string_view> enum_names(Singleton);
std::span<const std::string_view> enum_names(Whiten);
std::span<const std::string_view> enum_names(GpgAlpha);
std::span<const std::string_view> enum_names(GfpoMetric);
std::span<const std::string_view> enum_names(Pairing);

struct MarginConfig {
  double low = -0.2;
  double high = 0.28;
  Pairing pairing = Pairing::index;
};

struct GfpoConfig {
  int32_t keep = 8;
  GfpoMetric metric = GfpoMetric::shortest;
};

struct AdvantageConfig {
  std::string estimator = "group";  // an entry of advantage_estimators()
  AdvantageScale scale = AdvantageScale::group_std;
  StdKind std = StdKind::sample;
  double epsilon = 1e-6;
  bool leave_one_out = false;
  int32_t min_siblings = 2;
  Singleton singleton = Singleton::zero;
  std::optional<std::array<double, 2>> clip;
  Whiten whiten = Whiten::none;
  StdKind whiten_std = StdKind::sample;
  double whiten_epsilon = 1e-8;
  double gamma = 1.0;
  double lambda = 1.0;
  GpgAlpha gpg_alpha = GpgAlpha::groups;
  MarginConfig margin;
  GfpoConfig gfpo;
  void check(const std::string& path) const;
};

template <class V>
void visit(V& v, MarginConfig& c) {
  v.field("low", c.low, "aapo: lower bound of the margin, reward units", at_most(0));
  v.field("high", c.high, "aapo: upper bound of the margin, reward units", at_least(0));
  v.field("pairing", c.pairing, "aapo: which reference reward a row is compared with");
}

template <class V>
void visit(V& v, GfpoConfig& c) {
  v.field("keep", c.keep, "gfpo: rows of a group that are trained on", at_least(2));
  v.field("metric", c.metric, "gfpo: kept are the shortest rows, or the most reward per token");
}

template <class V>
void visit(V& v, AdvantageConfig& c) {
  v.field(
      "estimator", c.estimator,
      "group, rloo, opo, pass_at_k, reinforce_pp, reinforce_pp_baseline, remax, gpg, aapo, pvpo, "
      "given, gae, gfpo",
      not_empty());
  v.field("scale", c.scale, "what a centred reward is divided by");
  v.field("std", c.std, "standard deviation with n - 1 or with n");
  v.field("epsilon", c.epsilon, "added to the standard deviation, reward units", positive());
  v.field("leave_one_out", c.leave_one_out, "mean and standard deviation of the other siblings");
  v.field("min_siblings", c.min_siblings, "rows below which a group leaves the update",
          at_least(1));
  v.field("singleton", c.singleton, "advantage of a group of one: 0, the reward, or an error");
  v.field("clip", c.clip, "[low, high] of a row's advantage; null: off");
  v.field("whiten", c.whiten, "normalise over all trained tokens, or over all rows, of the batch");
  v.field("whiten_std", c.whiten_std, "standard deviation used by whiten");
  v.field("whiten_epsilon", c.whiten_epsilon,
          "tokens: added to the variance; rows: to the deviation", positive());
  v.field("gamma", c.gamma, "reinforce_pp, gae: discount per token", between(0, 1));
  v.field("lambda", c.lambda, "gae: decay per token", between(0, 1));
  v.field("gpg_alpha", c.gpg_alpha, "gpg: groups over groups with spread, verl's count, or 1");
  v.section("margin", c.margin, "aapo: advantage over the reference");
  v.section("gfpo", c.gfpo, "gfpo: which rows are trained on");
}

}  // namespace kedge
