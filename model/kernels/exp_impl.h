// exp(float) on vectors; math::exp(float) is the same code on one lane.
//
// x = n ln 2 + r, |r| <= ln 2 / 2; exp(r) = 1 + r + r^2 q(r), q a minimax polynomial of degree 5
// (its relative error is below 1e-10, 0.002 ulp). Below the normal range the result is 0,
// above it infinity; NaN stays NaN.
#pragma once
#include "model/kernels/simd.h"

namespace kedge::KEDGE_PATH {

KEDGE_INLINE Vec exp(Vec x) {
  const Vec magic = set1(0x1.8p23f);  // adding it rounds to an integer in the low bits
  const Vec n_magic = fma(x, set1(0x1.715476p+0f), magic);
  const Vec n = sub(n_magic, magic);
  Vec r = fma(n, set1(-0x1.63p-1f), x);
  r = fma(n, set1(0x1.bd0106p-13f), r);
  Vec q = set1(0x1.9f085ap-13f);
  q = fma(q, r, set1(0x1.6d8d52p-10f));
  q = fma(q, r, set1(0x1.111272p-7f));
  q = fma(q, r, set1(0x1.55548ep-5f));
  q = fma(q, r, set1(0x1.555554p-3f));
  q = fma(q, r, set1(0.5f));
  const Vec p = add(fma(mul(r, r), q, r), set1(1.0f));
  Vec y = add_exponent(p, n_magic);
  y = if_less(x, set1(-0x1.5d589ep+6f), set1(0.0f), y);
  y = if_less(set1(0x1.62e42ep+6f), x, set1(__builtin_inff()), y);
  return if_less(x, set1(__builtin_inff()), y, x);  // infinity and NaN pass through
}

KEDGE_INLINE void exp_row(const float* x, float* out, int64_t n) {
  for_vectors(n, [&](int64_t i, auto read, auto write) { write(out + i, exp(read(x + i))); });
}

}  // namespace kedge::KEDGE_PATH
