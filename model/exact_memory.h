// Memory the exact operators take besides tensors: packed weights, and scratch of their passes.
// Counted by the formulas of the code that takes it (tests compare with Arena::peak), so that a plan
// can be made without a model. Small vectors of indices are left out.
#pragma once
#include <cstdint>

#include "model/config.h"
#include "model/ops.h"

namespace kedge {

struct ExactSetup {
  WeightFormat format = WeightFormat::fp32;
  int threads = 1;
};

// Panels of every matrix that is multiplied with: Parameters::packed_bytes().
int64_t exact_packed_bytes(const ModelConfig& config, const ExactSetup& setup);

// Peak of one update over micro-batches of `tokens` packed tokens, all of them targets: the gradient
// of the hidden states, then the larger of the head's backward and the transformer's.
int64_t exact_update_scratch_bytes(const ModelConfig& config, const ExactSetup& setup,
                                   int64_t tokens);

// Peak of a paged pass of `tokens` tokens over rows of at most `context`.
int64_t exact_paged_scratch_bytes(const ModelConfig& config, const ExactSetup& setup,
                                  int64_t tokens, int64_t context);

}  // namespace kedge
