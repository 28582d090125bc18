// Sums over a vocabulary row: blocks of 4,096, 16 fp64 lanes each, joined in block order (numerics.h).
#pragma once
#include "model/kernels/exp_impl.h"
#include "model/kernels/kernels.h"
#include "model/kernels/numerics.h"

namespace kedge::KEDGE_PATH {

// The next 16 values of z, -infinity past the end.
KEDGE_INLINE void load_z(const float* logits, int64_t i, int64_t n, Vec scale, Vec* z) {
  if (i + 16 <= n) {
    for (int v = 0; v < kVecs16; ++v) z[v] = mul(load(logits + i + v * kWidth), scale);
    return;
  }
  float tail[16], scaled[16];
  for (int j = 0; j < 16; ++j) tail[j] = i + j < n ? logits[i + j] : 0.0f;
  for (int v = 0; v < kVecs16; ++v) store(scaled + v * kWidth, mul(load(tail + v * kWidth), scale));
  for (int j = 0; j < 16; ++j) tail[j] = i + j < n ? scaled[j] : -__builtin_inff();
  for (int v = 0; v < kVecs16; ++v) z[v] = load(tail + v * kWidth);
}

KEDGE_INLINE float row_max(const float* logits, int64_t n, float inverse_temperature) {
  const Vec scale = set1(inverse_temperature);
  Vec best[kVecs16], z[kVecs16];
  for (int v = 0; v < kVecs16; ++v) best[v] = set1(-__builtin_inff());
  for (int64_t i = 0; i < n; i += 16) {
    load_z(logits, i, n, scale, z);
    for (int v = 0; v < kVecs16; ++v) best[v] = max(z[v], best[v]);
  }
  float lane[16];
  for (int v = 0; v < kVecs16; ++v) store(lane + v * kWidth, best[v]);
  float largest = lane[0];
  for (int j = 1; j < 16; ++j) largest = lane[j] > largest ? lane[j] : largest;
  return largest;
}

template <bool kTimesExponent>
KEDGE_INLINE double exp_sum(const float* logits, int64_t n, float inverse_temperature, float max_z) {
  const Vec scale = set1(inverse_temperature), shift = set1(max_z);
  double total = 0.0;
  for (int64_t begin = 0; begin < n; begin += kSumBlock) {
    const int64_t end = min_of(n, begin + kSumBlock);
    Sum16 sum;
    for (int64_t i = begin; i < end; i += 16) {
      Vec z[kVecs16], e[kVecs16];
      load_z(logits, i, end, scale, z);
      for (int v = 0; v < kVecs16; ++v) {
        z[v] = sub(z[v], shift);
        e[v] = exp(z[v]);
      }
      if constexpr (kTimesExponent) {
        // 0 * infinity past the end, and where a logit is -infinity: the term's limit is 0.
        const Vec floor = set1(-0x1p126f);
        for (int v = 0; v < kVecs16; ++v) z[v] = if_less(z[v], floor, floor, z[v]);
        sum.add_product(e, z);
      } else {
        sum.add(e);
      }
    }
    double lane[16];
    sum.store(lane);
    total += join16(lane);
  }
  return total;
}

inline RowSum row_softmax(const float* logits, int64_t n, float inverse_temperature) {
  const float max_z = row_max(logits, n, inverse_temperature);
  return {max_z, exp_sum<false>(logits, n, inverse_temperature, max_z)};
}

inline double row_entropy_sum(const float* logits, int64_t n, float inverse_temperature, float max_z) {
  return exp_sum<true>(logits, n, inverse_temperature, max_z);
}

}  // namespace kedge::KEDGE_PATH
