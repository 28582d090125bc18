#include "rewards/combine.h"

#include <algorithm>
#include <cmath>

#include "core/json.h"

namespace kedge {
namespace {

// What the component's policy makes of its verdict. error: the row fails.
Verdict settled(const Component& component) {
  const Verdict verdict = checked(component.verdict);
  if (verdict.kind == VerdictKind::score || verdict.kind == VerdictKind::abstain) {
    return verdict;
  }
  switch (component.on_error) {
    case OnError::zero: return {VerdictKind::score, 0.0, verdict.note};
    case OnError::abstain: return Verdict::abstained(verdict.note);
    case OnError::fail: break;
  }
  return Verdict::failed(verdict.note);
}

struct Sum {
  double value = 0.0;
  int num_terms = 0;

  void add(double term, CombineMode mode) {
    if (num_terms++ == 0) {
      value = term;
    } else {
      value = mode == CombineMode::min ? std::min(value, term) : value + term;
    }
  }
};

}  // namespace

Verdict checked(Verdict verdict) {
  if (verdict.kind == VerdictKind::score && !std::isfinite(verdict.score)) {
    return Verdict::failed("the score is " + format_float(verdict.score));
  }
  return verdict;
}

Verdict combine(std::span<const Component> components, CombineMode mode) {
  Sum sum;
  double gates = 1.0;
  int num_gates = 0;
  std::string closed;  // why a gate abstained
  for (const Component& component : components) {
    const Verdict verdict = settled(component);
    if (verdict.kind == VerdictKind::error) {
      return verdict;
    }
    const bool is_gate = mode == CombineMode::gate && component.role == RewardRole::gate;
    num_gates += is_gate ? 1 : 0;
    if (!verdict.has_score()) {
      closed = is_gate && closed.empty() ? "a gate abstained: " + verdict.note : closed;
    } else if (is_gate) {
      gates *= std::clamp(verdict.score, 0.0, 1.0);
    } else {
      sum.add(component.weight * verdict.score, mode);
    }
  }
  if (!closed.empty()) {
    return Verdict::abstained(closed);
  }
  if (sum.num_terms == 0 && num_gates == 0) {
    return Verdict::abstained("every reward abstained");
  }
  return checked(Verdict::scored(sum.value * gates));
}

Verdict shaped(Verdict total, std::span<const Component> terms) {
  if (!total.has_score()) {
    return total;
  }
  for (const Component& term : terms) {
    const Verdict verdict = settled(term);
    if (verdict.kind == VerdictKind::error) {
      return verdict;
    }
    total.score += verdict.has_score() ? term.weight * verdict.score : 0.0;
  }
  return checked(std::move(total));
}

}  // namespace kedge
