#include "trainer/advantage/reward_shaping.h"

#include <algorithm>

namespace kedge {

void OverlongConfig::check(const std::string& path) const {
  if (limit < 1 || buffer < 1) {
    throw ConfigError(join_path(path, limit < 1 ? "limit" : "buffer"), "missing",
                      "overlong needs limit and buffer in tokens");
  }
  if (buffer > limit) {
    throw ConfigError(join_path(path, "buffer"),
                      "found " + std::to_string(buffer) + " with limit " + std::to_string(limit),
                      "the buffer lies before the limit");
  }
}

double overlong_penalty(const OverlongConfig& config, int64_t length) {
  const double buffer = static_cast<double>(config.buffer);
  const double over = static_cast<double>(length - (config.limit - config.buffer));
  return -config.penalty * std::min(std::max(over, 0.0), buffer) / buffer;
}

}  // namespace kedge
