// Generalised advantage estimation (arXiv 1506.02438) over trained tokens; tokens in between are
// skipped, not discounted through (policy sheet 3.11).
#pragma once
#include <cstdint>
#include <span>

#include "trainer/loss/real_span.h"

namespace kedge {

struct GaeConfig {
  double gamma = 1.0;
  double lambda = 1.0;
};

// delta_t = r_t + gamma V_next - V_t;  A_t = delta_t + gamma lambda A_next. n tokens each; writes 0
// where not trained. The return of a token is A + V.
void gae(const GaeConfig& config, std::span<const uint8_t> mask, RealSpan token_reward,
         RealSpan values, std::span<double> advantage);

}  // namespace kedge
