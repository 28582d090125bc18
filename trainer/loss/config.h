// The part of the `algorithm:` block that the per-token loss and its aggregation read (policy sheet
// sections 3.2 to 3.7). Keys lie flat in the block; AlgorithmConfig inherits them.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/schema.h"

namespace kedge {

enum class RatioLevel : uint8_t { token, sequence, sequence_token, sequence_product, none };
enum class CorrectionDenominator : uint8_t { fixed, shrink };
enum class EntropyAggregate : uint8_t { same, token_mean };
enum class AggregateMode : uint8_t {
  token_mean,
  seq_mean_token_mean,
  seq_mean_token_sum,
  seq_mean_token_sum_norm,
  group_mean_token_mean,
  token_sum,
};
enum class AggregateRows : uint8_t { all, trained };
enum class InjectedRule : uint8_t { behaviour, detach };

std::span<const std::string_view> enum_names(RatioLevel);
std::span<const std::string_view> enum_names(CorrectionDenominator);
std::span<const std::string_view> enum_names(EntropyAggregate);
std::span<const std::string_view> enum_names(AggregateMode);
std::span<const std::string_view> enum_names(AggregateRows);
std::span<const std::string_view> enum_names(InjectedRule);

struct RatioConfig {
  RatioLevel level = RatioLevel::token;
  std::optional<double> log_clamp = 20.0;
};

struct ClipConfig {
  std::string kind = "ppo";  // an entry of clip_kinds()
  std::optional<double> low = 0.2;
  std::optional<double> high = 0.2;
  std::optional<double> dual;
  std::optional<double> cap;
  double tau_pos = 1.0;
  double tau_neg = 1.05;
  void check(const std::string& path) const;
};

struct CorrectionConfig {
  std::string kind = "off";  // "off" or an entry of corrections()
  std::optional<double> low;
  std::optional<double> high;
  CorrectionDenominator denominator = CorrectionDenominator::fixed;
  bool on() const { return kind != "off"; }
  void check(const std::string& path) const;
};

struct KlConfig {
  double coef = 0.0;
  std::string estimator = "k3";  // an entry of kl_estimators()
  bool clamp = true;
  bool importance = false;
  bool force = false;
  void check(const std::string& path) const;
};

struct EntropyConfig {
  double coef = 0.0;
  EntropyAggregate aggregate = EntropyAggregate::same;
};

struct AggregateConfig {
  AggregateMode mode = AggregateMode::token_mean;
  std::optional<double> divisor;
  AggregateRows rows = AggregateRows::all;
  void check(const std::string& path) const;
};

struct LossConfig {
  InjectedRule injected = InjectedRule::behaviour;
  RatioConfig ratio;
  ClipConfig clip;
  CorrectionConfig correction;
  std::optional<double> off_policy_mask;
  KlConfig kl;
  EntropyConfig entropy;
  AggregateConfig aggregate;
};

template <class V>
void visit(V& v, RatioConfig& c) {
  v.field("level", c.level, "what the importance ratio is taken over; none: the loss is -A log pi");
  v.field("log_clamp", c.log_clamp, "bound on the absolute log-ratio, nats; null: no bound",
          positive());
}

template <class V>
void visit(V& v, ClipConfig& c) {
  v.field("kind", c.kind, "policy loss per token: ppo, cispo, sapo, none", not_empty());
  v.field("low", c.low, "ratio may fall to 1 - low; null: no bound (cispo)", between(0, 1));
  v.field("high", c.high, "ratio may rise to 1 + high; null: no bound (cispo)", at_least(0));
  v.field("dual", c.dual, "loss of a negative advantage is at most dual * |A|; null: off",
          above(1));
  v.field("cap", c.cap, "cispo: the ratio's only bound, instead of low and high", above(1));
  v.field("tau_pos", c.tau_pos, "sapo: temperature where the advantage is positive", positive());
  v.field("tau_neg", c.tau_neg, "sapo: temperature elsewhere", positive());
}

template <class V>
void visit(V& v, CorrectionConfig& c) {
  v.field("kind", c.kind,
          "weight for the gap between sampler and learner: off, token_truncate, token_mask, "
          "sequence_truncate, sequence_mask, geometric_reject, geometric_mask_token",
          not_empty());
  v.field("low", c.low, "lower bound of the weight; null: none", positive());
  v.field("high", c.high, "upper bound of the weight; null: none", positive());
  v.field("denominator", c.denominator, "do rejected tokens stay in the loss's denominators");
}

template <class V>
void visit(V& v, KlConfig& c) {
  v.field("coef", c.coef, "weight of the KL to the reference in the loss", at_least(0));
  v.field("estimator", c.estimator, "k1, k2, k3, abs, k1+, k3+ (with k2's gradient)", not_empty());
  v.field("clamp", c.clamp, "k3: bound the log-ratio to 20 and the value to 10");
  v.field("importance", c.importance, "multiply by the token ratio, gradient included");
  v.field("force", c.force, "allow k1 and abs, whose expected gradient is no KL's");
}

template <class V>
void visit(V& v, EntropyConfig& c) {
  v.field("coef", c.coef, "weight of the entropy bonus", at_least(0));
  v.field("aggregate", c.aggregate, "same: as the policy loss; token_mean: over all tokens");
}

template <class V>
void visit(V& v, AggregateConfig& c) {
  v.field("mode", c.mode, "how token losses become one number");
  v.field("divisor", c.divisor, "seq_mean_token_sum_norm: tokens a row is divided by", positive());
  v.field("rows", c.rows, "rows counted: all siblings, or those with trained tokens");
}

template <class V>
void visit(V& v, LossConfig& c) {
  v.field("injected", c.injected,
          "ratio of injected rows: to the model that wrote them, or detached");
  v.section("ratio", c.ratio, "importance ratio");
  v.section("clip", c.clip, "policy loss and its clip");
  v.section("correction", c.correction, "off-policy correction weights");
  v.field("off_policy_mask", c.off_policy_mask,
          "reject negative tokens of rows that drifted further, nats per token; null: off",
          positive());
  v.section("kl", c.kl, "KL to the reference in the loss");
  v.section("entropy", c.entropy, "entropy bonus");
  v.section("aggregate", c.aggregate, "aggregation over the whole update");
}

// True where the denominators of an update depend on the new log-probs, so that it must begin with
// a scoring pass (design law 6).
bool needs_scoring_pass(const LossConfig& config);

}  // namespace kedge
