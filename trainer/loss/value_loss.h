// The critic's clipped value loss (policy sheet 3.11; PPO as in verl).
#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "trainer/loss/real_span.h"

namespace kedge {

// One row of n tokens. `coefficient` is 1 / (trained tokens of the whole update).
struct ValueTerms {
  std::span<const uint8_t> mask;
  RealSpan new_values;
  RealSpan old_values;
  RealSpan returns;
  std::optional<double> clip;
  double coefficient = 0.0;
};

struct ValueLoss {
  double loss = 0.0;     // share: sum c 0.5 max((v - ret)^2, (clamp(v, old +- clip) - ret)^2)
  double clipped = 0.0;  // share of tokens where the clipped square is the larger
};

// Writes d loss / d value [n]: c (v - ret) where the first square is not the smaller, else 0.
ValueLoss value_loss(const ValueTerms& terms, std::span<double> gradient);

}  // namespace kedge
