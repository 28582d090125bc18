// Hashes: xxh3 of bytes and tensors, and the chain that becomes the run hash.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/stateful.h"
#include "core/tensor_view.h"

namespace kedge {

uint64_t hash_bytes(const void* data, size_t size);
uint64_t hash_bytes(std::string_view bytes);
// Bytes of a contiguous CPU tensor (anything else is an InvariantError); shape and dtype do not enter.
uint64_t hash_tensor(const TensorView& tensor);
std::string hex_of(uint64_t value);  // 16 digits

// A running hash of what was added, in order; 128 bits. What was added cannot be confused by where one
// addition ends and the next begins: kind and count of each enter too. Floats enter by their bits.
class HashChain : public Stateful {
 public:
  void add_ids(std::span<const int32_t> ids);
  void add_floats(std::span<const float> values);
  void add_doubles(std::span<const double> values);
  void add_number(uint64_t value);
  void add_text(std::string_view text);
  std::string hex() const;  // 32 digits

  json save() const override;
  void load(const json& state) override;

 private:
  void add(uint64_t kind, const void* data, size_t size);

  uint64_t high_ = 0;
  uint64_t low_ = 0;
};

}  // namespace kedge
