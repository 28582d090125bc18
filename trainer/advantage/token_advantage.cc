#include "trainer/advantage/token_advantage.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "trainer/advantage/statistics.h"

namespace kedge {

void suffix_sum(std::span<const uint8_t> mask, double gamma, std::span<double> values) {
  double running = 0.0;
  for (size_t t = mask.size(); t-- > 0;) {
    if (mask[t]) running = values[t] + gamma * running;
    values[t] = mask[t] ? running : 0.0;
  }
}

void whiten_tokens(std::span<const uint8_t> mask, StdKind kind, double epsilon,
                   std::span<double> values) {
  double sum = 0.0;
  double count = 0.0;
  for (size_t t = 0; t < mask.size(); ++t) {
    if (!mask[t]) continue;
    sum += values[t];
    count += 1.0;
  }
  if (count == 0) return;
  const double mean = sum / count;
  double squares = 0.0;
  for (size_t t = 0; t < mask.size(); ++t) {
    if (mask[t]) squares += (values[t] - mean) * (values[t] - mean);
  }
  const double divisor = kind == StdKind::sample ? std::max(count - 1.0, 1.0) : count;
  const double scale = 1.0 / std::sqrt(squares / divisor + epsilon);
  for (size_t t = 0; t < mask.size(); ++t) values[t] = mask[t] ? (values[t] - mean) * scale : 0.0;
}

void whiten_rows(std::span<const uint8_t> used, StdKind kind, double epsilon,
                 std::span<double> values) {
  std::vector<double> live;
  for (size_t i = 0; i < used.size(); ++i) {
    if (used[i]) live.push_back(values[i]);
  }
  const double mean = mean_of(live);
  const double divisor = std_of(live, kind) + epsilon;
  for (size_t i = 0; i < used.size(); ++i) values[i] = used[i] ? (values[i] - mean) / divisor : 0.0;
}

}  // namespace kedge
