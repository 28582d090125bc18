// The two directions of core/wire.h for every kind of member: numbers, enums, texts, JSON, vectors,
// optionals, maps, pairs, and structs that have `template <class V> void fields(V&, Struct&)`.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "core/json.h"
#include "core/records.h"

namespace kedge::wire {

// The largest value of each enum: a decoder must not make values that do not exist.
constexpr uint8_t last_of(WeightSet) { return static_cast<uint8_t>(WeightSet::reference); }
constexpr uint8_t last_of(Purpose) { return static_cast<uint8_t>(Purpose::generate); }
constexpr uint8_t last_of(TokenKind) { return static_cast<uint8_t>(TokenKind::injected); }
constexpr uint8_t last_of(StopReason) { return static_cast<uint8_t>(StopReason::given); }
constexpr uint8_t last_of(RowSource) { return static_cast<uint8_t>(RowSource::injected); }
constexpr uint8_t last_of(TrajectoryRole) { return static_cast<uint8_t>(TrajectoryRole::greedy); }
constexpr uint8_t last_of(VerdictKind) { return static_cast<uint8_t>(VerdictKind::timeout); }

class Encoder {
 public:
  explicit Encoder(ByteWriter& out) : out_(out) {}

  template <class... T>
  void operator()(T&... members) {
    (write(members), ...);
  }

 private:
  template <class T>
  void write(T& value) {
    if constexpr (std::is_enum_v<T>) {
      out_.put(static_cast<uint8_t>(value));
    } else if constexpr (std::is_same_v<T, bool>) {
      out_.put(static_cast<uint8_t>(value));
    } else if constexpr (std::is_arithmetic_v<T>) {
      out_.put(value);
    } else {
      fields(*this, value);
    }
  }
  void write(std::string& text) { out_.text(text); }
  void write(json& value) { out_.text(value.dump()); }
  template <class T>
  void write(std::vector<T>& values) {
    if constexpr (std::is_arithmetic_v<T>) {
      out_.vector(values);
    } else {
      out_.put(static_cast<uint64_t>(values.size()));
      for (T& value : values) write(value);
    }
  }
  template <class T>
  void write(std::optional<T>& value) {
    out_.put(static_cast<uint8_t>(value.has_value()));
    if (value) write(*value);
  }
  template <class K, class T>
  void write(std::map<K, T>& values) {
    out_.put(static_cast<uint64_t>(values.size()));
    for (auto& [key, value] : values) {
      K copy = key;
      write(copy);
      write(value);
    }
  }
  template <class A, class B>
  void write(std::pair<A, B>& value) {
    write(value.first);
    write(value.second);
  }

  ByteWriter& out_;
};

class Decoder {
 public:
  explicit Decoder(ByteReader& in) : in_(in) {}

  template <class... T>
  void operator()(T&... members) {
    (read(members), ...);
  }

 private:
  template <class T>
  void read(T& value) {
    if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(small(last_of(T{})));
    } else if constexpr (std::is_same_v<T, bool>) {
      value = small(1) != 0;
    } else if constexpr (std::is_arithmetic_v<T>) {
      value = in_.get<T>();
    } else {
      fields(*this, value);
    }
  }
  void read(std::string& text) { text = in_.text(); }
  void read(json& value) {
    value = json::parse(in_.text(), nullptr, false);
    if (value.is_discarded()) throw InvariantError("[wire] broken JSON inside a record");
  }
  template <class T>
  void read(std::vector<T>& values) {
    if constexpr (std::is_arithmetic_v<T>) {
      values = in_.vector<T>();
    } else {
      // Every element takes at least one byte, so a lying count cannot ask for much memory at once.
      const uint64_t count = in_.count(1);
      values.clear();
      for (uint64_t i = 0; i < count; ++i) read(values.emplace_back());
    }
  }
  template <class T>
  void read(std::optional<T>& value) {
    value.reset();
    if (small(1) != 0) read(value.emplace());
  }
  template <class K, class T>
  void read(std::map<K, T>& values) {
    const uint64_t count = in_.count(1);
    values.clear();
    for (uint64_t i = 0; i < count; ++i) {
      K key{};
      read(key);
      if (!values.empty() && !(values.rbegin()->first < key)) {
        throw InvariantError("[wire] map keys out of order");
      }
      read(values[key]);
    }
  }
  template <class A, class B>
  void read(std::pair<A, B>& value) {
    read(value.first);
    read(value.second);
  }

  // A byte that must not exceed `last`.
  uint8_t small(uint8_t last) {
    const auto value = in_.get<uint8_t>();
    if (value <= last) return value;
    throw InvariantError(detail::concat("[wire] value ", static_cast<int>(value), ", at most ",
                                        static_cast<int>(last)));
  }

  ByteReader& in_;
};

}  // namespace kedge::wire
