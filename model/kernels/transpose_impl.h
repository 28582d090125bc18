// Transposition of blocks with 16 columns: how operands are packed.
#pragma once
#include "model/kernels/simd.h"

namespace kedge::KEDGE_PATH {

#if defined(KEDGE_PATH_avx512)

// r[i] lane j -> r[j] lane i.
KEDGE_INLINE void transpose_square(Vec* r) {
  __m512d u[16];
  for (int i = 0; i < 16; i += 4) {
    const __m512d a = _mm512_castps_pd(_mm512_unpacklo_ps(r[i], r[i + 1]));
    const __m512d b = _mm512_castps_pd(_mm512_unpackhi_ps(r[i], r[i + 1]));
    const __m512d c = _mm512_castps_pd(_mm512_unpacklo_ps(r[i + 2], r[i + 3]));
    const __m512d d = _mm512_castps_pd(_mm512_unpackhi_ps(r[i + 2], r[i + 3]));
    u[i] = _mm512_unpacklo_pd(a, c);
    u[i + 1] = _mm512_unpackhi_pd(a, c);
    u[i + 2] = _mm512_unpacklo_pd(b, d);
    u[i + 3] = _mm512_unpackhi_pd(b, d);
  }
  for (int j = 0; j < 4; ++j) {
    const __m512 u0 = _mm512_castpd_ps(u[j]), u1 = _mm512_castpd_ps(u[4 + j]);
    const __m512 u2 = _mm512_castpd_ps(u[8 + j]), u3 = _mm512_castpd_ps(u[12 + j]);
    const __m512 p = _mm512_shuffle_f32x4(u0, u1, 0x44), q = _mm512_shuffle_f32x4(u0, u1, 0xee);
    const __m512 s = _mm512_shuffle_f32x4(u2, u3, 0x44), t = _mm512_shuffle_f32x4(u2, u3, 0xee);
    r[j] = _mm512_shuffle_f32x4(p, s, 0x88);
    r[4 + j] = _mm512_shuffle_f32x4(p, s, 0xdd);
    r[8 + j] = _mm512_shuffle_f32x4(q, t, 0x88);
    r[12 + j] = _mm512_shuffle_f32x4(q, t, 0xdd);
  }
}

#elif defined(KEDGE_PATH_avx2)

KEDGE_INLINE void transpose_square(Vec* r) {
  __m256d u[8];
  for (int i = 0; i < 8; i += 4) {
    const __m256d a = _mm256_castps_pd(_mm256_unpacklo_ps(r[i], r[i + 1]));
    const __m256d b = _mm256_castps_pd(_mm256_unpackhi_ps(r[i], r[i + 1]));
    const __m256d c = _mm256_castps_pd(_mm256_unpacklo_ps(r[i + 2], r[i + 3]));
    const __m256d d = _mm256_castps_pd(_mm256_unpackhi_ps(r[i + 2], r[i + 3]));
    u[i] = _mm256_unpacklo_pd(a, c);
    u[i + 1] = _mm256_unpackhi_pd(a, c);
    u[i + 2] = _mm256_unpacklo_pd(b, d);
    u[i + 3] = _mm256_unpackhi_pd(b, d);
  }
  for (int j = 0; j < 4; ++j) {
    const __m256 u0 = _mm256_castpd_ps(u[j]), u1 = _mm256_castpd_ps(u[4 + j]);
    r[j] = _mm256_permute2f128_ps(u0, u1, 0x20);
    r[4 + j] = _mm256_permute2f128_ps(u0, u1, 0x31);
  }
}

#else

KEDGE_INLINE void transpose_square(Vec*) {}

#endif

// out[l * out_row + i] = x[i * x_row + l] for `rows` <= 16 rows and `count` columns. Writes up to 15
// floats past the last row of out, and each row of out before the next: out_row >= rows.
KEDGE_INLINE void transpose_rows(const float* x, int64_t x_row, int64_t rows, int64_t count,
                                 float* out, int64_t out_row) {
  int64_t l = 0;
  if constexpr (kWidth > 1) {
    for (; l + 16 <= count; l += 16) {
      for (int part = 0; part < kVecs16; ++part) {
        const float* from = x + l + part * kWidth;
        for (int64_t first = 0; first < rows; first += kWidth) {
          Vec r[kWidth];
          for (int i = 0; i < kWidth; ++i) {
            r[i] = first + i < rows ? load(from + (first + i) * x_row) : set1(0.0f);
          }
          transpose_square(r);
          float* to = out + (l + part * kWidth) * out_row + first;
          // A later row overwrites the overhang of an earlier one, a later group does not.
          if (first + kWidth <= rows || rows <= kWidth) {
            for (int i = 0; i < kWidth; ++i) store(to + i * out_row, r[i]);
          } else {
            float lanes[kWidth];
            for (int i = 0; i < kWidth; ++i) {
              store(lanes, r[i]);
              for (int64_t j = 0; first + j < rows; ++j) to[i * out_row + j] = lanes[j];
            }
          }
        }
      }
    }
  }
  for (; l < count; ++l) {
    for (int64_t i = 0; i < rows; ++i) out[l * out_row + i] = x[i * x_row + l];
  }
}

}  // namespace kedge::KEDGE_PATH
