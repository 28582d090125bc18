// Randomness is addressed, not consumed (design law 5). A draw is a pure function of the run's seed and
// an address; there is no generator state to save, share or get out of step.
#pragma once
#include <array>
#include <cstdint>

namespace kedge {

// What a draw is for. Part of the address, so that no two uses ever share numbers. Values are stored
// in checkpoints and run hashes: append only.
enum class Purpose : uint8_t {
  sample = 1,     // rollouts that are trained
  reference = 2,  // rollouts of a reference policy
  eval = 3,       // evaluation; visit is 0
  shuffle = 4,    // order of prompts
  strategy = 5,   // decisions of a rollout strategy
  task = 6,       // procedural prompts and demonstrations
  init = 7,       // random weights
  generate = 8,   // kedge generate
};

struct RandomAddress {
  Purpose purpose = Purpose::sample;
  uint64_t prompt = 0;    // prompt ordinal, 40 bits
  uint32_t visit = 0;     // how often this prompt was drawn before, 16 bits
  uint64_t stream = 0;    // sample, branch or chunk of the visit, 32 bits
  uint64_t position = 0;  // token position or draw index, 32 bits
};

using Philox4 = std::array<uint32_t, 4>;

// Philox 4x32-10 (Salmon et al., SC 2011): ten rounds over a 128-bit counter with a 64-bit key.
Philox4 philox4x32(Philox4 counter, std::array<uint32_t, 2> key);

// The counter of an address: purpose 8 | prompt 40 | visit 16 | stream 32 | position 32 bits, most
// significant first. A field that does not fit is an InvariantError.
Philox4 counter_of(const RandomAddress& address);

// Four words at the address.
Philox4 random_words(uint64_t seed, const RandomAddress& address);
// Uniform in [0, 1), 24 bits from the first word: exactly representable as float and double.
double random_uniform(uint64_t seed, const RandomAddress& address);
// Uniform in [0, n), n >= 1, without bias worth naming (64-bit multiply-shift).
uint64_t random_below(uint64_t seed, const RandomAddress& address, uint64_t n);

}  // namespace kedge
