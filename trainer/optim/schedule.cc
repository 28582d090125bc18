#include "trainer/optim/schedule.h"

#include <algorithm>
#include <array>

#include "core/math.h"

namespace kedge {

double learning_rate_at(const OptimizerConfig& config, int64_t update, int64_t total) {
  if (update < config.warmup_steps) {
    return config.learning_rate * static_cast<double>(update + 1) /
           static_cast<double>(config.warmup_steps);
  }
  const auto done = static_cast<double>(update - config.warmup_steps);
  const auto span = static_cast<double>(std::max<int64_t>(total - config.warmup_steps, 1));
  const double t = std::min(done / span, 1.0);
  const double rest = 1.0 - config.final_share;
  switch (config.schedule) {
    case Schedule::constant:
      return config.learning_rate;
    case Schedule::linear:
      return config.learning_rate * (1.0 - rest * t);
    case Schedule::cosine: {
      const double half = 0.5 * (1.0 + math::cos(math::kPi * t));
      return config.learning_rate * (config.final_share + rest * half);
    }
  }
  return config.learning_rate;
}

}  // namespace kedge
