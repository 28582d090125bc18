// Rotary position tables (Su et al. 2021) with the optional frequency scaling of Llama 3.1,
// computed step by step as transformers does: frequencies and angles in float, then cos and sin of
// the angle.
//
// Legend: P positions, D head dim.
#pragma once
#include <cstdint>
#include <vector>

#include "model/config.h"
#include "model/ops.h"

namespace kedge {

// theta^(-2i/D) for i in [0, D/2). With llama3 scaling, wavelengths longer than
// original_max_position / low_freq_factor are divided by `factor`, those shorter than
// original_max_position / high_freq_factor are kept, those between are blended.
std::vector<float> inverse_frequencies(const ModelConfig& config);

// cos [P, D/2] and then sin [P, D/2] of positions 0..P-1 in one buffer; own functions, no libm.
std::vector<float> rope_values(const ModelConfig& config, int64_t positions);

// Views of such a buffer; it must outlive them.
RopeTable rope_table(std::vector<float>& values, int64_t head_dim);

}  // namespace kedge
