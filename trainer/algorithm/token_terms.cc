#include "trainer/algorithm/token_terms.h"

#include <algorithm>

#include "core/registry.h"
#include "trainer/loss/correction.h"
#include "trainer/loss/kl.h"

namespace kedge {

std::vector<double> reward_kl(const ShapedRewardConfig& config, const PolicyRows& rows) {
  const KlEstimator& kl = find_entry("KL estimator", kl_estimators(), config.kl_estimator);
  const RealSpan old_logprob = rows.old_logprob.span();
  const RealSpan ref_logprob = rows.ref_logprob.span();
  std::vector<double> out(rows.mask.size(), 0.0);
  for (size_t t = 0; t < out.size(); ++t) {
    if (rows.mask[t]) out[t] = kl.term(ref_logprob[t] - old_logprob[t], true).value;
  }
  return out;
}

void apply_credit(const CreditConfig& config, const PolicyRows& rows, std::span<const uint8_t> mask,
                  std::span<double> advantage) {
  const RealSpan credit = rows.credit.span();
  if (!credit.empty()) {
    for (size_t t = 0; t < mask.size(); ++t) {
      if (mask[t]) advantage[t] *= credit[t];
    }
  }
  const auto shaper = make_credit_shaper(config);
  if (shaper->is_uniform()) return;
  std::vector<double> factor;
  for (int64_t i = 0; i < rows.num_rows(); ++i) {
    const auto tokens = advantage.subspan(rows.begin[i], rows.length(i));
    factor.assign(tokens.size(), 1.0);
    CreditInput input{mask.subspan(rows.begin[i], tokens.size()), tokens, {}};
    for (const auto& [name, column] : rows.signals) input.signals[name] = rows.row(column, i);
    shaper->shape(input, factor);
    for (size_t t = 0; t < tokens.size(); ++t) {
      if (input.mask[t]) tokens[t] *= factor[t];
    }
  }
}

std::vector<double> correction_weights(const CorrectionConfig& config, const PolicyRows& rows,
                                       std::span<const uint8_t> mask, std::span<uint8_t> kept) {
  const Correction& correction = find_entry("correction", corrections(), config.kind);
  const Numbers& old = rows.old_logprob.empty() ? rows.new_logprob : rows.old_logprob;
  std::vector<double> out(mask.size(), 0.0);
  for (int64_t i = 0; i < rows.num_rows(); ++i) {
    const auto row_mask = mask.subspan(rows.begin[i], rows.length(i));
    const auto weight = std::span<double>(out).subspan(rows.begin[i], rows.length(i));
    const bool empty = std::find(row_mask.begin(), row_mask.end(), 1) == row_mask.end();
    if (rows.injected[i] || empty) {
      for (size_t t = 0; t < row_mask.size(); ++t) weight[t] = row_mask[t];
      continue;
    }
    const CorrectionRow row{row_mask, rows.row(old, i), rows.row(rows.sampler_logprob, i)};
    kept[i] = correction.apply(config, row, weight);
  }
  return out;
}

}  // namespace kedge
