// exp(float) on vectors; math::exp(float) is the same code on one lane.
//
// x = n ln 2 + r, |r| <= ln 2 / 2; exp(r) = 1 + r + r^2 q(r), q a minimax polynomial of degree 5
// (its relative error is below 1e-10, 0.002 ulp). Below the normal range the result is 0,
// above it infinity; NaN stays NaN.
#pragma once
#include "model/kernels/simd.h"

namespace kedge::KEDGE_PATH {

KEDGE_INLINE Vec exp(Vec x) {
  constexpr float kLow = -0x1.5d589ep+6f, kHigh = 0x1.62e42ep+6f;
  const Vec magic = set1(0x1.8p23f);  // adding it rounds to an integer in the low bits
  const Vec bounded = min(set1(100.0f), max(set1(-100.0f), x));  // keeps infinities out of r
  const Vec n_magic = fma(bounded, set1(0x1.715476p+0f), magic);
  const Vec n = sub(n_magic, magic);
  Vec r = fma(n, set1(-0x1.63p-1f), bounded);
  r = fma(n, set1(0x1.bd0106p-13f), r);
  Vec q = set1(0x1.9f085ap-13f);
  q = fma(q, r, set1(0x1.6d8d52p-10f));
  q = fma(q, r, set1(0x1.111272p-7f));
  q = fma(q, r, set1(0x1.55548ep-5f));
  q = fma(q, r, set1(0x1.555554p-3f));
  q = fma(q, r, set1(0.5f));
  const Vec p = add(fma(mul(r, r), q, r), set1(1.0f));
  return finish_exp(p, n, n_magic, x, kLow, kHigh);
}

// max + log(sum) in fp64, rounded once: the log-sum-exp of an attention row. sum >= 1 and normal. The
// same series as math::log with fp64 terms only, error below 4e-16 of the logarithm.
KEDGE_INLINE float lse_of(float max_z, float sum) {
  const uint32_t bits = __builtin_bit_cast(uint32_t, sum);
  // Exponent of the nearest power of two: m in [0.75, 1.5).
  const int32_t e = static_cast<int32_t>((bits + 0x00400000u) >> 23) - 127;
  const double m = static_cast<double>(
      __builtin_bit_cast(float, bits - (static_cast<uint32_t>(e) << 23)));
  const double s = (m - 1.0) / (m + 1.0), s2 = s * s;
  double q = 2.0 / 25.0;
  q = __builtin_fma(q, s2, 2.0 / 23.0);
  q = __builtin_fma(q, s2, 2.0 / 21.0);
  q = __builtin_fma(q, s2, 2.0 / 19.0);
  q = __builtin_fma(q, s2, 2.0 / 17.0);
  q = __builtin_fma(q, s2, 2.0 / 15.0);
  q = __builtin_fma(q, s2, 2.0 / 13.0);
  q = __builtin_fma(q, s2, 2.0 / 11.0);
  q = __builtin_fma(q, s2, 2.0 / 9.0);
  q = __builtin_fma(q, s2, 2.0 / 7.0);
  q = __builtin_fma(q, s2, 2.0 / 5.0);
  q = __builtin_fma(q, s2, 2.0 / 3.0);
  q = __builtin_fma(q, s2, 2.0);
  const double log = __builtin_fma(static_cast<double>(e), 0x1.62e42fefa39efp-1, q * s);
  return static_cast<float>(static_cast<double>(max_z) + log);
}

KEDGE_INLINE void exp_row(const float* x, float* out, int64_t n) {
  for_vectors(n, [&](int64_t i, auto read, auto write) { write(out + i, exp(read(x + i))); });
}

}  // namespace kedge::KEDGE_PATH
