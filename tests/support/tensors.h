// Tensors of the tests: memory with a view on it, filled from addressed randomness.
#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>
#include <string>
#include <vector>

#include "core/rng.h"
#include "core/tensor_view.h"

namespace kedge::test {

// A dense fp32 tensor that owns its memory.
class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(std::initializer_list<int64_t> shape) : shape_(shape) {
    int64_t count = 1;
    for (const int64_t size : shape) count *= size;
    values_.assign(count, 0.0f);
  }

  // Uniform in (-scale, scale); `salt` tells tensors of one test apart.
  static Tensor random(std::initializer_list<int64_t> shape, uint64_t salt, float scale = 1.0f) {
    Tensor tensor(shape);
    for (size_t i = 0; i < tensor.values_.size(); ++i) {
      const double u = random_uniform(11, {Purpose::task, salt, 0, 0, i});
      tensor.values_[i] = static_cast<float>((2.0 * u - 1.0) * scale);
    }
    return tensor;
  }

  TensorView view() {
    TensorView view;
    view.data = values_.data();
    view.rank = static_cast<int>(shape_.size());
    int64_t stride = 1;
    for (int d = view.rank - 1; d >= 0; --d) {
      view.shape[d] = shape_[d];
      view.stride[d] = stride;
      stride *= shape_[d];
    }
    return view;
  }
  operator TensorView() { return view(); }  // NOLINT: tests read better without .view()

  std::vector<float>& values() { return values_; }
  const std::vector<float>& values() const { return values_; }
  float& operator[](size_t i) { return values_[i]; }
  size_t size() const { return values_.size(); }

 private:
  std::vector<int64_t> shape_;
  std::vector<float> values_;
};

inline float max_abs(const std::vector<float>& values) {
  float largest = 0.0f;
  for (const float value : values) largest = std::max(largest, std::fabs(value));
  return largest;
}

// |a - b| <= tolerance * max(|b|), element by element.
inline void expect_close(const std::vector<float>& a, const std::vector<float>& b, double tolerance,
                         const std::string& what) {
  ASSERT_EQ(a.size(), b.size()) << what;
  const double bound = tolerance * std::max(max_abs(b), 1e-6f);
  for (size_t i = 0; i < a.size(); ++i) {
    ASSERT_NEAR(a[i], b[i], bound) << what << "[" << i << "]";
  }
}

// Equal bits, element by element (the sign of zero counts).
inline void expect_same_bits(const std::vector<float>& a, const std::vector<float>& b,
                             const std::string& what) {
  ASSERT_EQ(a.size(), b.size()) << what;
  for (size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(std::signbit(a[i]), std::signbit(b[i])) << what << "[" << i << "]";
    ASSERT_EQ(a[i], b[i]) << what << "[" << i << "]";
  }
}

inline double dot(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0.0;
  for (size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

// Compares `gradient` of the scalar loss() with central differences in every `stride`-th element of
// `input`. `step` balances rounding of fp32 outputs against curvature.
template <class Loss>
void expect_finite_differences(std::vector<float>& input, const std::vector<float>& gradient,
                               const Loss& loss, double tolerance, const std::string& what,
                               float step = 1e-2f, size_t stride = 1) {
  ASSERT_EQ(input.size(), gradient.size()) << what;
  const double scale = std::max(max_abs(gradient), 1e-3f);
  for (size_t i = 0; i < input.size(); i += stride) {
    const float kept = input[i];
    const float above = kept + step, below = kept - step;
    input[i] = above;
    const double high = loss();
    input[i] = below;
    const double low = loss();
    input[i] = kept;
    const double slope = (high - low) / (static_cast<double>(above) - below);
    ASSERT_NEAR(gradient[i], slope, tolerance * scale) << what << "[" << i << "]";
  }
}

}  // namespace kedge::test
