// Loops that touch one limit of the machine and nothing else.
#pragma once
#include "model/kernels/simd.h"

namespace kedge::KEDGE_PATH {

// Enough chains to hide the latency, few enough for sixteen registers.
constexpr int kChains = 12;

// kChains chains of `steps` multiply-adds; returns operations done (2 per lane and step).
inline int64_t fma_loop(int64_t steps, float* sink) {
  Vec acc[kChains];
  for (int i = 0; i < kChains; ++i) acc[i] = set1(static_cast<float>(i));
  const Vec a = set1(sink[0]), b = set1(sink[1]);
  for (int64_t s = 0; s < steps; ++s) {
    for (int i = 0; i < kChains; ++i) acc[i] = fma(acc[i], a, b);
  }
  for (int i = 1; i < kChains; ++i) acc[0] = add(acc[0], acc[i]);
  store(sink + 16, acc[0]);
  return steps * kChains * kWidth * 2;
}

inline float read_loop(const float* p, int64_t n) {
  Vec acc[8];
  for (int i = 0; i < 8; ++i) acc[i] = set1(0.0f);
  for (int64_t j = 0; j + 8 * kWidth <= n; j += 8 * kWidth) {
    for (int i = 0; i < 8; ++i) acc[i] = add(acc[i], load(p + j + i * kWidth));
  }
  for (int i = 1; i < 8; ++i) acc[0] = add(acc[0], acc[i]);
  float lane[kWidth];
  store(lane, acc[0]);
  return lane[0];
}

inline void copy_loop(const float* from, float* to, int64_t n) {
  for (int64_t j = 0; j + 4 * kWidth <= n; j += 4 * kWidth) {
    for (int i = 0; i < 4; ++i) store(to + j + i * kWidth, load(from + j + i * kWidth));
  }
}

}  // namespace kedge::KEDGE_PATH
