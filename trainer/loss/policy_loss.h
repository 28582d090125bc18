// The policy loss of one path (trajectory): value, d/d(new log-prob), d/d(entropy). Phase B of an
// update; everything constant before the first backward comes from trainer/algorithm/prepare.h.
//
//   loss = sum_t c_t w_t l(rho_t, A_t)  +  kl.coef sum_t c_t k_t  -  entropy.coef sum_t e_t H_t
//
// over trained tokens t (policy sheet sections 3.2 to 3.7). The value is this path's share: shares
// of any partition of an update add up to its loss. Double inside, math.h only: the same bits on
// any CPU. Thread rule: free functions without state.
#pragma once
#include <span>

#include "trainer/batch/packed_batch.h"
#include "trainer/loss/config.h"
#include "trainer/loss/loss_metrics.h"
#include "trainer/loss/real_span.h"

namespace kedge {

struct PathLoss {
  double policy = 0.0;  // without coefficients of their own, as in the sheet
  double kl = 0.0;
  double entropy = 0.0;
  double loss = 0.0;   // policy + kl.coef * kl - entropy.coef * entropy
  bool finite = true;  // false: nothing of the path was counted and its gradient is 0
};

// What a path's loss reads; n tokens. Numbers where trained is 0 are not read (NaN included).
struct PathTerms {
  std::span<const uint8_t> trained;
  RealSpan new_logprob;
  RealSpan entropy;          // may be empty with entropy.coef 0: then it is not reported either
  RealSpan old_logprob;      // empty: the new log-prob without gradient
  RealSpan sampler_logprob;  // off_policy_mask only; empty: old_logprob
  RealSpan ref_logprob;      // kl only
  RealSpan advantage;
  RealSpan correction;  // empty: 1
  RealSpan coefficient;
  RealSpan entropy_coefficient;  // may be empty with entropy.coef 0
  bool injected = false;
};

// Written, not added to; n each, 0 where not trained. token_loss = w l may be empty.
struct PathGradient {
  std::span<double> logprob;
  std::span<double> entropy;
  std::span<double> token_loss;
};

// A missing column that the configuration needs is an InvariantError naming it.
PathLoss path_loss(const LossConfig& config, const PathTerms& terms, const PathGradient& out,
                   LossMetrics& metrics);

// The same for the learner. `new_logprob` and `entropy` are gathered in the order of path.target;
// `entropy` and `dentropy` may be empty with entropy.coef 0. Adds to `metrics`.
PathLoss policy_path_loss(const LossConfig& config, const PackedPath& path,
                          std::span<const float> new_logprob, std::span<const float> entropy,
                          std::span<float> dlogprob, std::span<float> dentropy,
                          LossMetrics& metrics);

}  // namespace kedge
