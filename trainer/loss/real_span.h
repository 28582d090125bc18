// A read-only span of numbers stored as float or as double. Rollouts and the learner speak float;
// golden cases and `kedge advantage` speak double. The formulas compute in double and read either.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace kedge {

class RealSpan {
 public:
  RealSpan() = default;
  RealSpan(std::span<const float> values) : narrow_(values.data()), size_(values.size()) {}
  RealSpan(std::span<const double> values) : wide_(values.data()), size_(values.size()) {}
  RealSpan(const std::vector<float>& values) : RealSpan(std::span<const float>(values)) {}
  RealSpan(const std::vector<double>& values) : RealSpan(std::span<const double>(values)) {}

  double operator[](size_t i) const { return wide_ ? wide_[i] : static_cast<double>(narrow_[i]); }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // [offset, offset + count); an empty span stays empty: an absent column is absent in every row.
  RealSpan part(size_t offset, size_t count) const {
    RealSpan out;
    if (empty()) return out;
    out.narrow_ = narrow_ ? narrow_ + offset : nullptr;
    out.wide_ = wide_ ? wide_ + offset : nullptr;
    out.size_ = count;
    return out;
  }

 private:
  const float* narrow_ = nullptr;
  const double* wide_ = nullptr;
  size_t size_ = 0;
};

// A column that owns its numbers, as float or as double; one of the two is empty.
struct Numbers {
  std::vector<float> narrow;
  std::vector<double> wide;

  RealSpan span() const { return wide.empty() ? RealSpan(narrow) : RealSpan(wide); }
  bool empty() const { return narrow.empty() && wide.empty(); }
};

}  // namespace kedge
