#include "trainer/loss/kl.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/math.h"

namespace kedge {
namespace {

KlTerm k1(double x, bool) {
  return {-x, 1.0};
}

KlTerm absolute(double x, bool) {
  return {std::abs(x), x > 0 ? -1.0 : (x < 0 ? 1.0 : 0.0)};
}

KlTerm k2(double x, bool) {
  return {0.5 * x * x, -x};
}

// e^x - x - 1; clamped: x to +-20, value to +-10, no gradient where cut (verl's low_var_kl).
KlTerm k3(double x, bool clamp) {
  if (x == 0.0) return {0.0, 0.0};
  const double y = clamp ? std::clamp(x, -20.0, 20.0) : x;
  const double e = math::exp(y);
  KlTerm term{e - y - 1.0, 1.0 - e};
  if (clamp) {
    if (std::abs(x) > 20.0 || std::abs(term.value) > 10.0) term.d_logprob = 0.0;
    term.value = std::clamp(term.value, -10.0, 10.0);
  }
  return term;
}

KlTerm k1_straight(double x, bool clamp) {
  return {k1(x, clamp).value, -x};
}
KlTerm k3_straight(double x, bool clamp) {
  return {k3(x, clamp).value, -x};
}

}  // namespace

std::span<const KlEstimator> kl_estimators() {
  static constexpr std::array<KlEstimator, 6> table = {{
      {"k1", "-x; as a loss its expected gradient is 0", k1},
      {"k2", "x^2 / 2; the gradient of the true KL on-policy", k2},
      {"k3", "e^x - x - 1, never negative", k3},
      {"abs", "|x|", absolute},
      {"k1+", "k1's value with k2's gradient", k1_straight, true},
      {"k3+", "k3's value with k2's gradient", k3_straight, true},
  }};
  return table;
}

KlTerm with_importance(const KlTerm& term, double d) {
  const double rho = d == 0.0 ? 1.0 : math::exp(d);
  return {term.value * rho, (term.d_logprob + term.value) * rho};
}

}  // namespace kedge
