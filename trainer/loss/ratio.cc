#include "trainer/loss/ratio.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/math.h"

namespace kedge {

Ratio token_ratio(double d, std::optional<double> log_clamp) {
  if (d == 0.0) return {1.0, 1.0, 0.0};  // exactly, and the common case of a first update
  if (!log_clamp) {
    const double rho = math::exp(d);
    return {rho, rho, 0.0};
  }
  const double rho = math::exp(std::clamp(d, -*log_clamp, *log_clamp));
  return {rho, std::abs(d) <= *log_clamp ? rho : 0.0, 0.0};
}

Ratio sequence_ratio(const RatioConfig& config, double sum_d, int64_t num_trained) {
  KEDGE_CHECK(is_sequence_level(config.level), "level ", static_cast<int>(config.level));
  const double tokens = static_cast<double>(std::max<int64_t>(num_trained, 1));
  const bool product = config.level == RatioLevel::sequence_product;
  const double exponent = product ? sum_d : sum_d / tokens;
  constexpr double kLargestMean = 10.0;  // nats per token: the cap of verl's gspo
  double bounded = exponent;
  if (!product) {
    bounded = std::min(exponent, kLargestMean);
  } else if (config.log_clamp) {
    bounded = std::clamp(exponent, -*config.log_clamp, *config.log_clamp);
  }
  const double rho = bounded == 0.0 ? 1.0 : math::exp(bounded);
  const double slope = bounded == exponent ? rho : 0.0;
  if (config.level == RatioLevel::sequence_token) return {rho, slope, 0.0};
  return {rho, 0.0, product ? slope : slope / tokens};
}

bool is_sequence_level(RatioLevel level) {
  return level == RatioLevel::sequence || level == RatioLevel::sequence_token ||
         level == RatioLevel::sequence_product;
}

}  // namespace kedge
