#include "trainer/algorithm/policy_metrics.h"

#include <algorithm>
#include <array>

namespace kedge {
namespace {

using Value = std::optional<double>;
using Config = const LossConfig&;
using Plan = const PlanMetrics&;
using Loss = const LossMetrics&;

double share(double sum, double count) {
  return count == 0 ? 0.0 : sum / count;
}

constexpr std::array<PolicyMetric, 25> kMetrics = {{
    {"loss", "", "", "the number that is minimised",
     [](Config, Plan, Loss l) -> Value { return l.loss; }},
    {"policy_loss", "actor/pg_loss", "", "its policy term",
     [](Config, Plan, Loss l) -> Value { return l.policy_loss; }},
    {"logprob_loss", "", "", "the policy term written as -A log pi, whatever the ratio",
     [](Config, Plan, Loss l) -> Value { return l.logprob_loss; }},
    {"kl_loss", "actor/kl_loss", "", "KL term, without its coefficient",
     [](Config c, Plan, Loss l) -> Value { return c.kl.coef > 0 ? Value(l.kl_loss) : Value(); }},
    {"entropy_bonus", "", "", "entropy term, without its coefficient",
     [](Config c, Plan, Loss l) -> Value {
       return c.entropy.coef > 0 ? Value(l.entropy_bonus) : Value();
     }},
    {"tokens", "", "", "trained and not rejected",
     [](Config, Plan, Loss l) -> Value { return l.tokens; }},
    {"rows", "", "", "answers with a part in the update",
     [](Config, Plan p, Loss) -> Value { return p.rows; }},
    {"zero_variance_groups", "", "", "share of groups with equal metric",
     [](Config, Plan p, Loss) -> Value { return p.zero_variance_groups; }},
    {"mean_advantage", "critic/advantages/mean", "", "over rows, before tokens",
     [](Config, Plan p, Loss) -> Value { return p.mean_advantage; }},
    {"clip_high", "", "clip_ratio/high_mean", "share of tokens cut above",
     [](Config, Plan, Loss l) -> Value { return share(l.clip_high, l.policy_tokens); }},
    {"clip_low", "", "clip_ratio/low_mean", "share of tokens cut below",
     [](Config, Plan, Loss l) -> Value { return share(l.clip_low, l.policy_tokens); }},
    {"clip_fraction", "actor/pg_clipfrac", "clip_ratio/region_mean", "clip_high + clip_low",
     [](Config, Plan, Loss l) -> Value {
       return share(l.clip_high + l.clip_low, l.policy_tokens);
     }},
    {"clip_dual", "actor/pg_clipfrac_lower", "", "share of tokens cut by the dual clip",
     [](Config, Plan, Loss l) -> Value { return share(l.clip_dual, l.policy_tokens); }},
    {"kl_old_k1", "actor/ppo_kl", "", "mean of old - new",
     [](Config, Plan, Loss l) -> Value { return share(l.kl_old_k1, l.policy_tokens); }},
    {"kl_old_k3", "", "", "mean of e^d - d - 1, d = new - old",
     [](Config, Plan, Loss l) -> Value { return share(l.kl_old_k3, l.policy_tokens); }},
    {"ratio_mean", "", "", "importance ratio",
     [](Config, Plan, Loss l) -> Value { return share(l.ratio, l.policy_tokens); }},
    {"ratio_max", "", "", "largest importance ratio",
     [](Config, Plan, Loss l) -> Value { return l.policy_tokens == 0 ? 1.0 : l.ratio_max; }},
    {"injected_ratio", "", "", "mean ratio of injected rows",
     [](Config, Plan, Loss l) -> Value {
       return l.injected_tokens == 0 ? Value() : l.injected_ratio / l.injected_tokens;
     }},
    {"kl_ref", "", "kl", "the KL estimator in use",
     [](Config c, Plan, Loss l) -> Value {
       return c.kl.coef > 0 ? Value(share(l.kl_ref, l.tokens)) : Value();
     }},
    {"kl_ref_k1", "", "", "mean of new - reference, whatever the estimator in use",
     [](Config c, Plan, Loss l) -> Value {
       return c.kl.coef > 0 ? Value(share(l.kl_ref_k1, l.tokens)) : Value();
     }},
    {"entropy", "actor/entropy", "entropy", "nats per token",
     [](Config, Plan, Loss l) -> Value { return share(l.entropy, l.tokens); }},
    {"weight_mean", "", "sampling/importance_sampling_ratio/mean", "correction weight",
     [](Config, Plan p, Loss) -> Value {
       return p.corrected ? Value(share(p.weight_sum, p.weighted_tokens)) : Value();
     }},
    {"weight_max", "", "sampling/importance_sampling_ratio/max", "largest correction weight",
     [](Config, Plan p, Loss) -> Value { return p.corrected ? Value(p.weight_max) : Value(); }},
    {"weight_zero", "", "", "share of tokens with weight 0 or rejected",
     [](Config, Plan p, Loss l) -> Value {
       return p.corrected ? Value(share(p.weight_zero + l.rejected_weight, p.weighted_tokens))
                          : Value();
     }},
    {"rejected", "", "", "tokens rejected by off_policy_mask",
     [](Config c, Plan,
        Loss l) -> Value { return c.off_policy_mask ? Value(l.rejected) : Value(); }},
}};

}  // namespace

std::span<const PolicyMetric> policy_metrics() {
  return kMetrics;
}

std::map<std::string, double> policy_metric_values(const LossConfig& config,
                                                   const PlanMetrics& plan,
                                                   const LossMetrics& loss) {
  std::map<std::string, double> values;
  for (const PolicyMetric& metric : policy_metrics()) {
    if (const auto value = metric.value(config, plan, loss)) {
      values[std::string(metric.name)] = *value;
    }
  }
  return values;
}

std::map<std::string, double> exported_policy_metrics(const LossConfig& config,
                                                      const PlanMetrics& plan,
                                                      const LossMetrics& loss) {
  std::map<std::string, double> values;
  for (const PolicyMetric& metric : policy_metrics()) {
    const auto value = metric.value(config, plan, loss);
    if (!value) continue;
    values["policy/" + std::string(metric.name)] = *value;
    if (!metric.verl.empty()) values[std::string(metric.verl)] = *value;
    if (!metric.trl.empty()) values[std::string(metric.trl)] = *value;
  }
  return values;
}

}  // namespace kedge
