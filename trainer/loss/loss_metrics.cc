#include "trainer/loss/loss_metrics.h"

#include <algorithm>

namespace kedge {

LossMetrics& LossMetrics::operator+=(const LossMetrics& other) {
  policy_loss += other.policy_loss;
  kl_loss += other.kl_loss;
  entropy_bonus += other.entropy_bonus;
  loss += other.loss;
  logprob_loss += other.logprob_loss;
  tokens += other.tokens;
  policy_tokens += other.policy_tokens;
  clip_high += other.clip_high;
  clip_low += other.clip_low;
  clip_dual += other.clip_dual;
  kl_old_k1 += other.kl_old_k1;
  kl_old_k3 += other.kl_old_k3;
  ratio += other.ratio;
  ratio_max = std::max(ratio_max, other.ratio_max);
  injected_tokens += other.injected_tokens;
  injected_ratio += other.injected_ratio;
  kl_ref += other.kl_ref;
  kl_ref_k1 += other.kl_ref_k1;
  entropy += other.entropy;
  rejected += other.rejected;
  rejected_weight += other.rejected_weight;
  nonfinite_paths += other.nonfinite_paths;
  return *this;
}

}  // namespace kedge
