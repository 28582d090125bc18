// The order in which a list is drawn, epoch after epoch. Every epoch's permutation is an addressed
// Fisher-Yates shuffle: a function of seed and epoch, whatever was drawn before.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "core/json.h"

namespace kedge {

// Where draw number n of the list lies. A list is drawn once per epoch, so the epoch is the visit.
struct Drawn {
  uint64_t index = 0;
  uint32_t epoch = 0;
};

class EpochOrder {
 public:
  // epochs 0: without end. size >= 1.
  EpochOrder(uint64_t size, bool shuffle, uint64_t epochs, uint64_t seed);
  // Nothing when the epochs are used up.
  std::optional<Drawn> next();

  json save() const;
  void load(const json& state, const std::string& place);

 private:
  void begin_epoch(uint64_t epoch);

  uint64_t size_;
  bool shuffle_;
  uint64_t epochs_;
  uint64_t seed_;
  uint64_t epoch_ = 0;
  uint64_t position_ = 0;
  std::vector<uint64_t> order_;
};

}  // namespace kedge
