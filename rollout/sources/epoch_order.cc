#include "rollout/sources/epoch_order.h"

#include <numeric>
#include <utility>

#include "core/error.h"
#include "core/rng.h"

namespace kedge {

EpochOrder::EpochOrder(uint64_t size, bool shuffle, uint64_t epochs, uint64_t seed)
    : size_(size), shuffle_(shuffle), epochs_(epochs), seed_(seed) {
  KEDGE_CHECK(size >= 1, "a list of ", size);
  begin_epoch(0);
}

void EpochOrder::begin_epoch(uint64_t epoch) {
  epoch_ = epoch;
  position_ = 0;
  order_.resize(size_);
  std::iota(order_.begin(), order_.end(), uint64_t{0});
  if (!shuffle_) return;
  for (uint64_t i = size_ - 1; i > 0; --i) {
    const RandomAddress address{Purpose::shuffle, epoch, 0, 0, i};
    std::swap(order_[i], order_[random_below(seed_, address, i + 1)]);
  }
}

std::optional<Drawn> EpochOrder::next() {
  if (position_ == size_) begin_epoch(epoch_ + 1);
  if (epochs_ > 0 && epoch_ >= epochs_) return std::nullopt;
  return Drawn{order_[position_++], static_cast<uint32_t>(epoch_)};
}

json EpochOrder::save() const {
  return {{"epoch", epoch_}, {"position", position_}};
}

void EpochOrder::load(const json& state, const std::string& place) {
  const auto epoch = required<uint64_t>(state, "epoch", place);
  const auto position = required<uint64_t>(state, "position", place);
  if (position > size_) {
    throw ConfigError(place + ": position", std::to_string(position),
                      "at most " + std::to_string(size_));
  }
  begin_epoch(epoch);
  position_ = position;
}

}  // namespace kedge
