// Optimiser kernels: optim.h.
#pragma once
#include "model/kernels/optim.h"
#include "model/kernels/simd.h"

namespace kedge::KEDGE_PATH {

#if defined(KEDGE_PATH_avx512)
KEDGE_INLINE Vec root(Vec a) {
  return _mm512_sqrt_ps(a);
}
#elif defined(KEDGE_PATH_avx2)
KEDGE_INLINE Vec root(Vec a) {
  return _mm256_sqrt_ps(a);
}
#else
KEDGE_INLINE Vec root(Vec a) {
  return sqrt_of(a);
}
#endif

void adamw(const AdamWCall& c) {
  const Vec scale = set1(c.grad_scale), beta1 = set1(c.beta1), rest1 = set1(c.rest1);
  const Vec beta2 = set1(c.beta2), rest2 = set1(c.rest2), step = set1(c.step_size);
  const Vec root_scale = set1(c.root_scale), epsilon = set1(c.epsilon), keep = set1(c.keep);
  for_vectors(c.n, [&](int64_t i, auto read, auto write) {
    const Vec g = mul(read(c.grad + i), scale);
    const Vec m = add(mul(beta1, read(c.first + i)), mul(rest1, g));
    const Vec v = add(mul(beta2, read(c.second + i)), mul(rest2, mul(g, g)));
    const Vec below = add(mul(root(v), root_scale), epsilon);
    write(c.first + i, m);
    write(c.second + i, v);
    write(c.weight + i, sub(mul(read(c.weight + i), keep), div(mul(step, m), below)));
  });
}

// Lane l of 16 adds x[l]^2, x[l + 16]^2, ... in fp64, where the square of a float is exact; lanes
// are joined by the fixed tree.
double square_sum(const float* x, int64_t n) {
  Sum16 sum;
  const int64_t whole = n / 16 * 16;
  for (int64_t i = 0; i < whole; i += 16) {
    Vec a[kVecs16];
    for (int v = 0; v < kVecs16; ++v) a[v] = load(x + i + v * kWidth);
    sum.add_product(a, a);
  }
  double lane[16];
  sum.store(lane);
  for (int64_t i = whole; i < n; ++i) lane[i - whole] += double{x[i]} * double{x[i]};
  return join16(lane);
}

}  // namespace kedge::KEDGE_PATH
