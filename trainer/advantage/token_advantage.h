// From rows to tokens: discounted suffix sums and whitening (policy sheet 3.1).
#pragma once
#include <cstdint>
#include <span>

#include "trainer/advantage/config.h"

namespace kedge {

// In place: R_t = v_t + gamma R_next over trained tokens of one row; the others become 0.
void suffix_sum(std::span<const uint8_t> mask, double gamma, std::span<double> values);

// In place: (x - mean) / sqrt(var + epsilon) over all trained tokens of the batch; the others
// become 0. Nothing happens without trained tokens.
void whiten_tokens(std::span<const uint8_t> mask, StdKind kind, double epsilon,
                   std::span<double> values);

// In place: (x - mean) / (std + epsilon) over the rows with used != 0; the others become 0.
void whiten_rows(std::span<const uint8_t> used, StdKind kind, double epsilon,
                 std::span<double> values);

}  // namespace kedge
