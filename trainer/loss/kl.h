// Estimates of KL(new || reference) at sampled tokens (policy sheet 3.4; names after Schulman's
// note "Approximating KL divergence"). x = reference - new log-prob. A trailing + keeps the value
// and takes k2's gradient.
#pragma once
#include <span>
#include <string_view>

namespace kedge {

// Value and derivative with respect to the new log-prob, nats.
struct KlTerm {
  double value = 0.0;
  double d_logprob = 0.0;
};

struct KlEstimator {
  std::string_view name;
  std::string_view doc;
  KlTerm (*term)(double x, bool clamp);
  bool stops_gradient = false;  // the derivative is not that of the value
};

std::span<const KlEstimator> kl_estimators();

// value * rho and its derivative, rho the unclamped token ratio of d = new - old (DeepSeek-V3.2).
KlTerm with_importance(const KlTerm& term, double d);

}  // namespace kedge
