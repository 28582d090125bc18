#include "trainer/loss/correction.h"

#include <algorithm>
#include <array>
#include <limits>

#include "core/math.h"

namespace kedge {
namespace {

constexpr double kLogBound = 20.0;  // nats, before exp (verl)

double low_of(const CorrectionConfig& c) {
  return c.low.value_or(-std::numeric_limits<double>::infinity());
}
double high_of(const CorrectionConfig& c) {
  return c.high.value_or(std::numeric_limits<double>::infinity());
}
bool within(const CorrectionConfig& c, double w) {
  return w >= low_of(c) && w <= high_of(c);
}

double bounded_exp(double d) {
  return d == 0.0 ? 1.0 : math::exp(std::clamp(d, -kLogBound, kLogBound));
}

struct RowGap {
  double sum = 0.0;
  double count = 0.0;
};

RowGap gap_of(const CorrectionRow& row) {
  RowGap gap;
  for (size_t t = 0; t < row.mask.size(); ++t) {
    if (!row.mask[t]) continue;
    gap.sum += row.old_logprob[t] - row.sampler_logprob[t];
    gap.count += 1.0;
  }
  return gap;
}

double geometric_of(const CorrectionRow& row) {
  const RowGap gap = gap_of(row);
  return gap.count == 0.0 || gap.sum == 0.0 ? 1.0 : math::exp(gap.sum / gap.count);
}

template <class Function>
void each_token(const CorrectionRow& row, std::span<double> weight, Function&& function) {
  for (size_t t = 0; t < row.mask.size(); ++t) {
    if (!row.mask[t]) {
      weight[t] = 0.0;
    } else {
      weight[t] = function(bounded_exp(row.old_logprob[t] - row.sampler_logprob[t]));
    }
  }
}

void fill(const CorrectionRow& row, std::span<double> weight, double value) {
  for (size_t t = 0; t < row.mask.size(); ++t) weight[t] = row.mask[t] ? value : 0.0;
}

// TIS: truncated importance sampling. Without bounds: decoupled PPO (arXiv 2110.00641).
bool token_truncate(const CorrectionConfig& c, const CorrectionRow& row, std::span<double> weight) {
  // Not std::clamp: without a lower bound low is -inf and high may be anything.
  each_token(row, weight, [&](double w) { return std::min(std::max(w, low_of(c)), high_of(c)); });
  return true;
}

// IcePop (arXiv 2510.18855).
bool token_mask(const CorrectionConfig& c, const CorrectionRow& row, std::span<double> weight) {
  each_token(row, weight, [&](double w) { return within(c, w) ? w : 0.0; });
  return true;
}

bool sequence_truncate(const CorrectionConfig& c, const CorrectionRow& row,
                       std::span<double> weight) {
  fill(row, weight, std::min(std::max(bounded_exp(gap_of(row).sum), low_of(c)), high_of(c)));
  return true;
}

bool sequence_mask(const CorrectionConfig& c, const CorrectionRow& row, std::span<double> weight) {
  const double product = bounded_exp(gap_of(row).sum);
  fill(row, weight, within(c, product) ? product : 0.0);
  return true;
}

bool geometric_reject(const CorrectionConfig& c, const CorrectionRow& row,
                      std::span<double> weight) {
  fill(row, weight, 1.0);
  return within(c, geometric_of(row));
}

bool geometric_mask_token(const CorrectionConfig& c, const CorrectionRow& row,
                          std::span<double> weight) {
  if (within(c, geometric_of(row))) {
    each_token(row, weight, [](double w) { return w; });
  } else {
    fill(row, weight, 0.0);
  }
  return true;
}

}  // namespace

std::span<const Correction> corrections() {
  static constexpr std::array<Correction, 6> table = {{
      {"token_truncate", "the token's weight, cut to the bounds (TIS)", token_truncate},
      {"token_mask", "the token's weight, 0 outside the bounds (IcePop)", token_mask},
      {"sequence_truncate", "the product over the row, cut to the bounds", sequence_truncate},
      {"sequence_mask", "the product over the row, 0 outside the bounds", sequence_mask},
      {"geometric_reject", "rows whose geometric mean is outside leave the loss", geometric_reject},
      {"geometric_mask_token", "token weights of rows whose geometric mean is inside",
       geometric_mask_token},
  }};
  return table;
}

double policy_drift(std::span<const uint8_t> mask, RealSpan sampler_logprob, RealSpan new_logprob) {
  double sum = 0.0;
  double count = 0.0;
  for (size_t t = 0; t < mask.size(); ++t) {
    if (!mask[t]) continue;
    sum += sampler_logprob[t] - new_logprob[t];
    count += 1.0;
  }
  return count == 0.0 ? 0.0 : sum / count;
}

}  // namespace kedge
