// What a policy loss leaves behind for the log: sums over trained, not rejected tokens, from which
// the metrics of policy sheet 3.12 are made. Rows the policy did not sample are left out of clip
// counts, ratios and KL to old.
//
// Use one object for all paths of an update, in path order: then every bit is the same for any cut
// into micro-batches. Parts made on several ranks are added in rank order.
#pragma once

namespace kedge {

struct LossMetrics {
  double policy_loss = 0.0;    // sum c w l
  double kl_loss = 0.0;        // sum c k, without its coefficient
  double entropy_bonus = 0.0;  // sum c H, without its coefficient
  double loss = 0.0;           // all three with their coefficients
  double logprob_loss = 0.0;   // sum c w (-A log pi): what the loss is without a ratio
  double tokens = 0.0;
  double policy_tokens = 0.0;  // of rows sampled by the policy; the next seven are sums over them
  double clip_high = 0.0;
  double clip_low = 0.0;
  double clip_dual = 0.0;
  double kl_old_k1 = 0.0;
  double kl_old_k3 = 0.0;
  double ratio = 0.0;
  double ratio_max = 0.0;
  double injected_tokens = 0.0;
  double injected_ratio = 0.0;
  double kl_ref = 0.0;
  double kl_ref_k1 = 0.0;        // sum of new - reference
  double entropy = 0.0;
  double rejected = 0.0;         // by off_policy_mask
  double rejected_weight = 0.0;  // those among them whose correction weight was not 0 already
  double nonfinite_paths = 0.0;  // paths left out: a log-prob, entropy or loss was not finite

  LossMetrics& operator+=(const LossMetrics& other);
};

}  // namespace kedge
