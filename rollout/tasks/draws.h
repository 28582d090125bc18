// The draws of one procedural item: addressed numbers in the order they are asked for.
#pragma once
#include <cstdint>

#include "core/rng.h"

namespace kedge {

// Draw i is at {Purpose::task, ordinal, visit 0, stream, position i}: a value type without memory
// of anything but how many draws were made.
class Draws {
 public:
  enum Stream : uint64_t { kPrompt = 0, kDemonstration = 1 };

  Draws(uint64_t seed, uint64_t ordinal, Stream stream)
      : seed_(seed), address_{Purpose::task, ordinal, 0, stream, 0} {}

  double uniform() { return random_uniform(seed_, next()); }  // [0, 1)
  bool chance(double probability) { return uniform() < probability; }
  uint64_t below(uint64_t n) { return random_below(seed_, next(), n); }  // [0, n)
  int64_t between(int64_t low, int64_t high) {                           // [low, high]
    return low + static_cast<int64_t>(below(static_cast<uint64_t>(high - low + 1)));
  }

 private:
  RandomAddress next() {
    const RandomAddress now = address_;
    ++address_.position;
    return now;
  }

  uint64_t seed_;
  RandomAddress address_;
};

}  // namespace kedge
