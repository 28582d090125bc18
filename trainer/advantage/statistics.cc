#include "trainer/advantage/statistics.h"

#include <cmath>

namespace kedge {

double mean_of(std::span<const double> values) {
  if (values.empty()) return 0.0;
  double sum = 0.0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

double std_of(std::span<const double> values, StdKind kind) {
  const double divisor = static_cast<double>(values.size()) - (kind == StdKind::sample ? 1.0 : 0.0);
  if (divisor <= 0) return 0.0;
  const double mean = mean_of(values);
  double sum = 0.0;
  for (const double v : values) sum += (v - mean) * (v - mean);
  return std::sqrt(sum / divisor);
}

}  // namespace kedge
