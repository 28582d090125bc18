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

// Two streams, each asked for 2 KiB ahead: the fastest of many forms that were measured. n: a multiple
// of 64.
inline float read_loop(const float* p, int64_t n) {
  constexpr int kStep = 32, kVecs = kStep / kWidth, kAhead = 512;
  Vec acc[2][kVecs];
  for (int s = 0; s < 2; ++s) {
    for (int v = 0; v < kVecs; ++v) acc[s][v] = set1(0.0f);
  }
  for (int64_t j = 0; j < n / 2; j += kStep) {
    KEDGE_UNROLL for (int s = 0; s < 2; ++s) {
      const float* at = p + s * (n / 2) + j;
      __builtin_prefetch(at + kAhead, 0, 2);
      __builtin_prefetch(at + kAhead + 16, 0, 2);
      KEDGE_UNROLL for (int v = 0; v < kVecs; ++v) acc[s][v] = add(acc[s][v], load(at + v * kWidth));
    }
  }
  for (int v = 1; v < kVecs; ++v) acc[0][0] = add(acc[0][0], acc[0][v]);
  for (int v = 0; v < kVecs; ++v) acc[0][0] = add(acc[0][0], acc[1][v]);
  float lane[kWidth];
  store(lane, acc[0][0]);
  return lane[0];
}

inline void copy_loop(const float* from, float* to, int64_t n) {
  for (int64_t j = 0; j + 4 * kWidth <= n; j += 4 * kWidth) {
    for (int i = 0; i < 4; ++i) store(to + j + i * kWidth, load(from + j + i * kWidth));
  }
}

}  // namespace kedge::KEDGE_PATH
