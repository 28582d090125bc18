// What one step of a chain is: the element types of a matrix product. A step of fp32 is one term; a
// step of bf16 is a pair of terms, odd first, then even, as VDPBF16PS computes them (numerics.h).
//
// B holds 32 bits per step and column. kAFloats: floats of A per step and row of a packed tile.
#pragma once
#include "model/kernels/simd.h"

namespace kedge::KEDGE_PATH {

struct Fp32Step {
  static constexpr int kTerms = 1;
  static constexpr int kAFloats = 1;
  struct B {
    Vec v;
  };
  KEDGE_INLINE static B load_b(const float* p) { return {load(p)}; }
  template <int NV>
  KEDGE_INLINE static void run(const float* a, int64_t, B (&b)[NV], Vec* acc) {
    const Vec av = set1(*a);
    KEDGE_UNROLL for (int v = 0; v < NV; ++v) acc[v] = fma(av, b[v].v, acc[v]);
  }
};

// ---- bf16 -------------------------------------------------------------------------------------------

// Round to nearest even bf16 in the high half of the lane; a NaN becomes a quiet one.
#if defined(KEDGE_PATH_avx512)
KEDGE_INLINE Vec round_bf16(Vec a) {
  const __m512i bits = _mm512_castps_si512(a);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  __m512i sum = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
  const __mmask16 nan = _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q);
  sum = _mm512_mask_or_epi32(sum, nan, bits, _mm512_set1_epi32(0x400000));
  return _mm512_castsi512_ps(_mm512_and_si512(sum, _mm512_set1_epi32(-65536)));
}
KEDGE_INLINE Vec high_half(Vec a) {
  return _mm512_castsi512_ps(
      _mm512_and_si512(_mm512_castps_si512(a), _mm512_set1_epi32(-65536)));
}
KEDGE_INLINE Vec low_half(Vec a) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(a), 16));
}
// even | odd << 16 of rounded values.
KEDGE_INLINE Vec join_pair(Vec even, Vec odd) {
  return _mm512_castsi512_ps(
      _mm512_or_si512(_mm512_srli_epi32(_mm512_castps_si512(even), 16), _mm512_castps_si512(odd)));
}
#elif defined(KEDGE_PATH_avx2)
KEDGE_INLINE Vec round_bf16(Vec a) {
  const __m256i bits = _mm256_castps_si256(a);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const __m256i sum = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
  const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
  const Vec out = _mm256_blendv_ps(_mm256_castsi256_ps(sum), _mm256_castsi256_ps(quiet),
                                   _mm256_cmp_ps(a, a, _CMP_UNORD_Q));
  return _mm256_castsi256_ps(_mm256_and_si256(_mm256_castps_si256(out), _mm256_set1_epi32(-65536)));
}
KEDGE_INLINE Vec high_half(Vec a) {
  return _mm256_castsi256_ps(
      _mm256_and_si256(_mm256_castps_si256(a), _mm256_set1_epi32(-65536)));
}
KEDGE_INLINE Vec low_half(Vec a) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(a), 16));
}
KEDGE_INLINE Vec join_pair(Vec even, Vec odd) {
  return _mm256_castsi256_ps(
      _mm256_or_si256(_mm256_srli_epi32(_mm256_castps_si256(even), 16), _mm256_castps_si256(odd)));
}
#else
KEDGE_INLINE Vec round_bf16(Vec a) {
  const uint32_t bits = __builtin_bit_cast(uint32_t, a);
  const uint32_t sum = a != a ? bits | 0x400000u : bits + (((bits >> 16) & 1u) + 0x7fffu);
  return __builtin_bit_cast(float, sum & 0xffff0000u);
}
KEDGE_INLINE Vec high_half(Vec a) {
  return __builtin_bit_cast(float, __builtin_bit_cast(uint32_t, a) & 0xffff0000u);
}
KEDGE_INLINE Vec low_half(Vec a) {
  return __builtin_bit_cast(float, __builtin_bit_cast(uint32_t, a) << 16);
}
KEDGE_INLINE Vec join_pair(Vec even, Vec odd) {
  return __builtin_bit_cast(float, (__builtin_bit_cast(uint32_t, even) >> 16) |
                                       __builtin_bit_cast(uint32_t, odd));
}
#endif

KEDGE_INLINE uint32_t bf16_bits(float x) {
  const uint32_t bits = __builtin_bit_cast(uint32_t, x);
  if (x != x) return (bits | 0x400000u) >> 16;
  return (bits + (((bits >> 16) & 1u) + 0x7fffu)) >> 16;
}

// Pairs by two fused multiply-adds. A holds rounded fp32 values, odd row of the step first: unpacking
// A for every use would cost as much as the products.
struct PairStep {
  static constexpr int kTerms = 2;
  static constexpr int kAFloats = 2;
  struct B {
    Vec odd, even;
  };
  KEDGE_INLINE static B load_b(const float* p) {
    const Vec pair = load(p);
    return {high_half(pair), low_half(pair)};
  }
  template <int NV>
  KEDGE_INLINE static void run(const float* a, int64_t a_part, B (&b)[NV], Vec* acc) {
    const Vec odd = set1(a[0]);
    KEDGE_UNROLL for (int v = 0; v < NV; ++v) acc[v] = fma(odd, b[v].odd, acc[v]);
    const Vec even = set1(a[a_part]);
    KEDGE_UNROLL for (int v = 0; v < NV; ++v) acc[v] = fma(even, b[v].even, acc[v]);
  }
  // A tile [2 * steps][rows] of fp32, in place: rounded, the two rows of every step swapped.
  KEDGE_INLINE static void finish_a(float* a, int64_t steps, int64_t rows) {
    for (int64_t s = 0; s < steps; ++s, a += 2 * rows) {
      for_vectors(rows, [&](int64_t i, auto read, auto write) {
        const Vec even = round_bf16(read(a + i)), odd = round_bf16(read(a + rows + i));
        write(a + i, odd);
        write(a + rows + i, even);
      });
    }
  }
};

#if defined(KEDGE_PATH_avx512bf16)
// Pairs by the instruction.
struct NativePairStep {
  static constexpr int kTerms = 2;
  static constexpr int kAFloats = 1;
  struct B {
    __m512bh v;
  };
  KEDGE_INLINE static B load_b(const float* p) {
    return {(__m512bh)_mm512_loadu_si512(p)};
  }
  template <int NV>
  KEDGE_INLINE static void run(const float* a, int64_t, B (&b)[NV], Vec* acc) {
    const __m512bh av = (__m512bh)_mm512_castps_si512(set1(*a));
    KEDGE_UNROLL for (int v = 0; v < NV; ++v) acc[v] = _mm512_dpbf16_ps(acc[v], av, b[v].v);
  }
  KEDGE_INLINE static void finish_a(float* a, int64_t steps, int64_t rows) {
    float* out = a;
    for (int64_t s = 0; s < steps; ++s, a += 2 * rows, out += rows) {
      for_vectors(rows, [&](int64_t i, auto read, auto write) {
        write(out + i, join_pair(round_bf16(read(a + i)), round_bf16(read(a + rows + i))));
      });
    }
  }
};
#endif

}  // namespace kedge::KEDGE_PATH
