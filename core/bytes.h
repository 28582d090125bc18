// Bytes in and out: little-endian numbers, texts and vectors with their length in front. What every
// binary format of kedge is made of. A reader never reads past its end and never allocates more than
// the bytes it was given could hold.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace kedge {

static_assert(std::endian::native == std::endian::little, "formats are little-endian");

class ByteWriter {
 public:
  template <class T>
  void put(T value) {
    static_assert(std::is_arithmetic_v<T>);
    raw({reinterpret_cast<const char*>(&value), sizeof value});
  }
  void raw(std::string_view bytes) { bytes_.append(bytes); }
  // Length (u64), then the bytes.
  void text(std::string_view text);
  // Number of elements (u64), then the elements.
  template <class T>
  void vector(const std::vector<T>& values) {
    static_assert(std::is_arithmetic_v<T>);
    put(static_cast<uint64_t>(values.size()));
    raw({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
  }

  const std::string& bytes() const { return bytes_; }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Borrows the bytes. Too few or too many of them is an InvariantError "[wire] ...".
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  T get() {
    static_assert(std::is_arithmetic_v<T>);
    T value;
    std::memcpy(&value, raw(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view raw(uint64_t size);
  std::string text();
  // A count of elements that take at least `element_size` bytes each.
  uint64_t count(uint64_t element_size);
  template <class T>
  std::vector<T> vector() {
    static_assert(std::is_arithmetic_v<T>);
    std::vector<T> values(count(sizeof(T)));
    const std::string_view bytes = raw(values.size() * sizeof(T));
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  uint64_t remaining() const { return bytes_.size() - at_; }
  // Everything was read.
  void finish() const;

 private:
  std::string_view bytes_;
  uint64_t at_ = 0;
};

}  // namespace kedge
