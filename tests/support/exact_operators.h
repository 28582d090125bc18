// What the tests of the exact operators share: random tensors, comparison by bits and by value, and
// one table of operators per code path.
#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "model/context.h"
#include "model/ops.h"
#include "model/ops_exact.h"

namespace kedge {

// Owns floats and hands out a dense view.
struct Floats {
  std::vector<float> memory;
  TensorView view;
  explicit Floats(std::initializer_list<int64_t> shape, float value = 0.0f) {
    int64_t count = 1;
    for (const int64_t size : shape) count *= size;
    memory.assign(static_cast<size_t>(count), value);
    view = TensorView(memory.data(), shape);
  }
  Floats(const Floats& other) : memory(other.memory), view(other.view) { view.data = memory.data(); }
  Floats& operator=(const Floats&) = delete;
  operator const TensorView&() const { return view; }
};

inline Floats random_floats(std::initializer_list<int64_t> shape, uint32_t seed,
                            float scale = 1.0f) {
  Floats out(shape);
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.0f, scale);
  for (float& x : out.memory) x = normal(random);
  return out;
}

// A pool of `threads` with its scratch.
struct Machine {
  ThreadPool pool;
  Arena scratch;
  Context context{pool, scratch};
  explicit Machine(int threads = 1) : pool(threads) {}
};

inline void expect_same_bits(const std::vector<float>& got, const std::vector<float>& expected,
                             const std::string& what) {
  ASSERT_EQ(got.size(), expected.size()) << what;
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(std::memcmp(&got[i], &expected[i], 4), 0)
        << what << " [" << i << "] got " << got[i] << " expected " << expected[i];
  }
}

// Within `tolerance` of the largest entry.
inline void expect_close(const std::vector<float>& got, const std::vector<float>& expected,
                         double tolerance, const std::string& what) {
  ASSERT_EQ(got.size(), expected.size()) << what;
  double largest = 1e-30;
  for (const float x : expected) largest = std::max(largest, std::fabs(double{x}));
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_LE(std::fabs(double{got[i]} - expected[i]), tolerance * largest)
        << what << " [" << i << "] got " << got[i] << " expected " << expected[i];
  }
}

// body(operators, threads, label) on every code path and 1, 2, 3 threads.
template <class Body>
void on_every_path(Body body) {
  for (const Isa isa : available_isas()) {
    for (const int threads : {1, 2, 3}) {
      const Operators ops = exact::operators_of(kernels_of(isa));
      body(ops, threads, std::string(name_of(isa)) + ", " + std::to_string(threads) + " threads");
    }
  }
}

}  // namespace kedge
