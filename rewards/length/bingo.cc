#include "rewards/length/bingo.h"

#include <algorithm>

#include "core/math.h"

namespace kedge {
namespace {

constexpr double kHalfPi = math::kPi / 2.0;

double mean_of(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) {
    sum += value;
  }
  return sum / static_cast<double>(values.size());
}

double least_squares_slope(std::span<const double> x, std::span<const double> y) {
  const double mean_x = mean_of(x);
  const double mean_y = mean_of(y);
  double squares = 0.0;
  double products = 0.0;
  for (size_t i = 0; i < x.size(); ++i) {
    squares += (x[i] - mean_x) * (x[i] - mean_x);
    products += (x[i] - mean_x) * (y[i] - mean_y);
  }
  return squares == 0.0 ? 0.0 : products / squares;
}

}  // namespace

SignificanceCounts significance_counts(std::span<const std::vector<double>> windows, double tau) {
  SignificanceCounts counts;
  for (const std::vector<double>& window : windows) {
    if (window.empty()) {
      continue;
    }
    const auto [low, high] = std::minmax_element(window.begin(), window.end());
    for (const double value : window) {
      const double scaled = *low == *high ? 1.0 : (value - *low) / (*high - *low);
      (scaled < tau ? counts.insignificant : counts.significant) += 1.0;
    }
  }
  return counts;
}

double bingo_term(const BingoFormula& formula, bool correct, const SignificanceCounts& counts,
                  const SignificanceCounts& reference, std::optional<double> k) {
  const bool comparable = reference.significant > 0.0 && reference.insignificant > 0.0;
  const double r_s = comparable ? counts.significant / reference.significant : 0.0;
  const double r_i = comparable ? counts.insignificant / reference.insignificant : 0.0;
  const double shortness = math::cos(std::clamp(r_i, 0.0, kHalfPi));
  if (correct) {
    return formula.lambda_c * shortness;
  }
  const double factor = k.value_or(formula.lambda_s / kHalfPi);
  return std::min(0.0, formula.lambda_is * (shortness - 1.0) + factor * r_s - formula.lambda_s);
}

std::optional<double> BingoSchedule::step(int64_t step, double score) {
  steps_.push_back(static_cast<double>(step));
  scores_.push_back(score);
  ++num_scores_;
  const auto period = static_cast<size_t>(formula_.slope_period);
  if (scores_.size() > period) {
    steps_.erase(steps_.begin());
    scores_.erase(scores_.begin());
  }
  if (step < formula_.slope_start || num_scores_ < 2) {
    return k_;
  }
  const auto count = static_cast<size_t>(std::min(formula_.slope_period, num_scores_ - 1));
  const double slope =
      least_squares_slope(std::span(steps_).last(count), std::span(scores_).last(count));
  const double top = formula_.lambda_s / kHalfPi;
  if (!scale_) {
    scale_ = slope == 0.0 ? top : top / std::max(1e-6, std::abs(slope));
  }
  const double scaled = slope * *scale_;
  if (scaled <= formula_.slope_threshold) {
    ++num_slow_;
    k_ = std::max(-2.0 * top, -formula_.decay * static_cast<double>(num_slow_));
  } else {
    num_slow_ = 0;
    k_ = scaled;
  }
  return k_;
}

json BingoSchedule::save() const {
  return {{"steps", steps_},
          {"scores", scores_},
          {"num_scores", num_scores_},
          {"num_slow", num_slow_},
          {"scale", scale_ ? json(*scale_) : json()},
          {"k", k_ ? json(*k_) : json()}};
}

void BingoSchedule::load(const json& state) {
  constexpr const char* kPlace = "bingo";
  steps_ = required<std::vector<double>>(state, "steps", kPlace);
  scores_ = required<std::vector<double>>(state, "scores", kPlace);
  num_scores_ = required<int64_t>(state, "num_scores", kPlace);
  num_slow_ = required<int64_t>(state, "num_slow", kPlace);
  scale_ = optional_member<double>(state, "scale", kPlace);
  k_ = optional_member<double>(state, "k", kPlace);
}

}  // namespace kedge
