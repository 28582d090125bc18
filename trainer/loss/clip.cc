#include "trainer/loss/clip.h"

#include <algorithm>
#include <array>
#include <limits>

#include "core/math.h"

namespace kedge {
namespace {

// PPO (arXiv 1707.06347), asymmetric as in DAPO; dual clip arXiv 1912.09729.
ClipTerm ppo(const ClipConfig& config, const ClipInput& in) {
  const double a = in.advantage;
  const double low = 1.0 - *config.low;
  const double high = 1.0 + *config.high;
  const double free = in.rho * a;
  const double cut = std::clamp(in.rho, low, high) * a;
  ClipTerm term;
  term.loss = -std::min(free, cut);
  const bool inside = in.rho >= low && in.rho <= high;
  term.d_rho = free <= cut || inside ? -a : 0.0;
  term.high = a > 0 && in.rho > high;
  term.low = a < 0 && in.rho < low;
  if (config.dual && a < 0) {
    const double floor = -*config.dual * a;
    term.dual = in.rho > *config.dual;
    if (term.loss > floor) {
      term.loss = floor;
      term.d_rho = 0.0;
    }
  }
  return term;
}

// CISPO (MiniMax-M1, arXiv 2506.13585): the cut ratio is a constant weight of A log pi.
ClipTerm cispo(const ClipConfig& config, const ClipInput& in) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  double low = config.low ? 1.0 - *config.low : -kNone;
  double high = config.high ? 1.0 + *config.high : kNone;
  if (config.cap) {
    low = -kNone;
    high = *config.cap;
  }
  const double weight = std::clamp(in.token_ratio, low, high);
  ClipTerm term;
  term.loss = -weight * in.advantage * in.logprob;
  term.d_logprob = -weight * in.advantage;
  term.high = in.rho > high;
  term.low = in.rho < low;
  return term;
}

// SAPO (arXiv 2511.20347): a sigmoid gate instead of a cut.
ClipTerm sapo(const ClipConfig& config, const ClipInput& in) {
  const double tau = in.advantage > 0 ? config.tau_pos : config.tau_neg;
  const double x = -tau * (in.rho - 1.0);
  const double gate = x == 0.0 ? 0.5 : 1.0 / (1.0 + math::exp(x));
  ClipTerm term;
  term.loss = -gate * 4.0 / tau * in.advantage;
  term.d_rho = -4.0 * gate * (1.0 - gate) * in.advantage;
  return term;
}

ClipTerm unclipped(const ClipConfig&, const ClipInput& in) {
  ClipTerm term;
  term.loss = -in.rho * in.advantage;
  term.d_rho = -in.advantage;
  return term;
}

}  // namespace

std::span<const ClipKind> clip_kinds() {
  static constexpr std::array<ClipKind, 4> table = {{
      {"ppo", "the smaller of the free and the clipped surrogate, optionally dual-clipped", ppo},
      {"cispo", "the clipped ratio as a constant weight of A log pi", cispo, true},
      {"sapo", "a sigmoid gate around ratio 1", sapo},
      {"none", "ratio times advantage", unclipped},
  }};
  return table;
}

ClipTerm logprob_term(const ClipInput& in) {
  ClipTerm term;
  term.loss = -in.advantage * in.logprob;
  term.d_logprob = -in.advantage;
  return term;
}

}  // namespace kedge
