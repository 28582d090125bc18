#include "core/hash.h"

#include <array>
#include <charconv>

#include <xxhash.h>

#include "core/error.h"

namespace kedge {

namespace {

enum Kind : uint64_t { kIds = 1, kFloats = 2, kDoubles = 3, kNumber = 4, kText = 5 };

}  // namespace

uint64_t hash_bytes(const void* data, size_t size) {
  return XXH3_64bits(data, size);
}
uint64_t hash_bytes(std::string_view bytes) {
  return hash_bytes(bytes.data(), bytes.size());
}

uint64_t hash_tensor(const TensorView& tensor) {
  KEDGE_CHECK(tensor.device == Device::cpu && tensor.is_contiguous(), "hash of ",
              tensor.describe());
  return hash_bytes(tensor.data, static_cast<size_t>(tensor.bytes()));
}

std::string hex_of(uint64_t value) {
  std::string text(16, '0');
  for (size_t i = 0; i < 16; ++i) text[i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
  return text;
}

void HashChain::add(uint64_t kind, const void* data, size_t size) {
  const XXH128_hash_t content = XXH3_128bits(data, size);
  const std::array<uint64_t, 6> link = {high_, low_, kind, size, content.high64, content.low64};
  const XXH128_hash_t next = XXH3_128bits(link.data(), sizeof link);
  high_ = next.high64;
  low_ = next.low64;
}

void HashChain::add_ids(std::span<const int32_t> ids) {
  add(kIds, ids.data(), ids.size_bytes());
}

void HashChain::add_floats(std::span<const float> values) {
  add(kFloats, values.data(), values.size_bytes());
}

void HashChain::add_doubles(std::span<const double> values) {
  add(kDoubles, values.data(), values.size_bytes());
}

void HashChain::add_number(uint64_t value) {
  add(kNumber, &value, sizeof value);
}
void HashChain::add_text(std::string_view text) {
  add(kText, text.data(), text.size());
}

std::string HashChain::hex() const {
  return hex_of(high_) + hex_of(low_);
}

json HashChain::save() const {
  return hex();
}

void HashChain::load(const json& state) {
  const std::string text = state.is_string() ? state.get<std::string>() : "";
  std::array<uint64_t, 2> parts{};
  bool valid = text.size() == 32;
  for (size_t i = 0; valid && i < 2; ++i) {
    const char* begin = text.data() + 16 * i;
    const auto [end, error] = std::from_chars(begin, begin + 16, parts[i], 16);
    valid = error == std::errc() && end == begin + 16;
  }
  if (!valid) throw ConfigError("run hash", "found " + state.dump(), "32 hex digits");
  high_ = parts[0];
  low_ = parts[1];
}

}  // namespace kedge
