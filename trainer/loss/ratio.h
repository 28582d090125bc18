// Importance ratios rho = pi_new / pi_old (policy sheet 3.2). d = new - old log-prob of a token.
#pragma once
#include <cstdint>
#include <optional>

#include "trainer/loss/config.h"

namespace kedge {

// rho of a token, its derivative with respect to the token's own log-prob, and the part of the
// derivative that falls on every trained token of the row.
struct Ratio {
  double rho = 1.0;
  double own = 0.0;
  double shared = 0.0;
};

// exp(clamp(d, -log_clamp, log_clamp)); the derivative is 0 where clamped.
Ratio token_ratio(double d, std::optional<double> log_clamp);

// The ratio all tokens of a row share: `sum_d` over its `num_trained` trained tokens.
//   sequence, sequence_token  exp(min(mean d, 10))   (GSPO, arXiv 2507.18071; the second keeps the
//                             value and gives each token its own derivative)
//   sequence_product          exp(clamp(sum d))
// Another level is an InvariantError.
Ratio sequence_ratio(const RatioConfig& config, double sum_d, int64_t num_trained);

bool is_sequence_level(RatioLevel level);

}  // namespace kedge
