// Constant weights for the gap d = old - sampler log-prob between learner and sampler (policy sheet
// 3.6), and the off-policy mask. A new correction is one function and one line in corrections().
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "trainer/loss/config.h"
#include "trainer/loss/real_span.h"

namespace kedge {

// One row: n tokens, `mask` 1 where trained. Numbers under mask 0 are not read.
struct CorrectionRow {
  std::span<const uint8_t> mask;
  RealSpan old_logprob;
  RealSpan sampler_logprob;
};

struct Correction {
  std::string_view name;
  std::string_view doc;
  // Writes weight[n] (0 under mask 0); false rejects the whole row.
  bool (*apply)(const CorrectionConfig&, const CorrectionRow&, std::span<double> weight);
};

std::span<const Correction> corrections();

// mean over trained tokens of sampler - new: how far the policy left the row behind.
// DeepSeek-V3.2 (arXiv 2512.02556) rejects tokens with a negative advantage of rows above a bound.
double policy_drift(std::span<const uint8_t> mask, RealSpan sampler_logprob, RealSpan new_logprob);

}  // namespace kedge
