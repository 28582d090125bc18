// The vector type that kernels are written on, one per code path. Included by *_impl.h only, inside a
// translation unit that defined KEDGE_PATH_scalar, _avx2, _avx512 or _avx512bf16. Nothing of the
// standard library is used by kernels: an inline function compiled here with AVX-512 could otherwise
// be the one copy that the linker keeps for everybody.
//
// All operations are IEEE and lane-wise; max(a, b) is a > b ? a : b in every lane, min likewise: a NaN
// in b passes.
#pragma once
#include <xmmintrin.h>

#include <cstdint>

#if defined(KEDGE_PATH_avx512bf16)
#include <immintrin.h>
#define KEDGE_PATH_avx512
#define KEDGE_PATH isa_avx512bf16
#define KEDGE_PATH_ISA Isa::avx512
#elif defined(KEDGE_PATH_avx512)
#include <immintrin.h>
#define KEDGE_PATH isa_avx512
#define KEDGE_PATH_ISA Isa::avx512
#elif defined(KEDGE_PATH_avx2)
#include <immintrin.h>
#define KEDGE_PATH isa_avx2
#define KEDGE_PATH_ISA Isa::avx2
#else
#define KEDGE_PATH isa_scalar
#define KEDGE_PATH_ISA Isa::scalar
#endif

#define KEDGE_INLINE inline __attribute__((always_inline))
// Accumulators live in registers only where the loops over them are gone early.
#define KEDGE_UNROLL _Pragma("GCC unroll 16")

namespace kedge::KEDGE_PATH {

#if defined(KEDGE_PATH_avx512)

using Vec = __m512;
constexpr int kWidth = 16;
KEDGE_INLINE Vec load(const float* p) { return _mm512_loadu_ps(p); }
KEDGE_INLINE void store(float* p, Vec a) { _mm512_storeu_ps(p, a); }
KEDGE_INLINE Vec set1(float a) { return _mm512_set1_ps(a); }
KEDGE_INLINE Vec fma(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
KEDGE_INLINE Vec add(Vec a, Vec b) { return _mm512_add_ps(a, b); }
KEDGE_INLINE Vec sub(Vec a, Vec b) { return _mm512_sub_ps(a, b); }
KEDGE_INLINE Vec mul(Vec a, Vec b) { return _mm512_mul_ps(a, b); }
KEDGE_INLINE Vec div(Vec a, Vec b) { return _mm512_div_ps(a, b); }
KEDGE_INLINE Vec max(Vec a, Vec b) { return _mm512_max_ps(a, b); }
KEDGE_INLINE Vec min(Vec a, Vec b) { return _mm512_min_ps(a, b); }
// The first n lanes, 0 < n <= kWidth; the others read as 0 and are not written.
KEDGE_INLINE Vec load_part(const float* p, int64_t n) {
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1), p);
}
KEDGE_INLINE void store_part(float* p, Vec a, int64_t n) {
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1), a);
}
// a < b ? yes : no; false where unordered.
KEDGE_INLINE Vec if_less(Vec a, Vec b, Vec yes, Vec no) {
  return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), no, yes);
}
// What exp(x) ends with: p * 2^n, p in [0.7, 1.42); 0 below `low`, infinity above `high`, NaN for NaN.
// n_magic holds the integer n in its low bits. vscalefps overflows to infinity by itself.
KEDGE_INLINE Vec finish_exp(Vec p, Vec n, Vec, Vec x, float low, float) {
  return _mm512_maskz_scalef_ps(_mm512_cmp_ps_mask(x, set1(low), _CMP_NLT_UQ), p, n);
}

// Sixteen fp64 sums, one per index mod 16.
struct Sum16 {
  __m512d lo = _mm512_setzero_pd(), hi = _mm512_setzero_pd();
  KEDGE_INLINE static __m512d low(Vec a) { return _mm512_cvtps_pd(_mm512_castps512_ps256(a)); }
  KEDGE_INLINE static __m512d high(Vec a) {
    return _mm512_cvtps_pd(_mm512_extractf32x8_ps(a, 1));
  }
  KEDGE_INLINE void add(const Vec* a) {
    lo = _mm512_add_pd(lo, low(*a));
    hi = _mm512_add_pd(hi, high(*a));
  }
  KEDGE_INLINE void add_product(const Vec* a, const Vec* b) {
    lo = _mm512_fmadd_pd(low(*a), low(*b), lo);
    hi = _mm512_fmadd_pd(high(*a), high(*b), hi);
  }
  KEDGE_INLINE void store(double* out) const {
    _mm512_storeu_pd(out, lo);
    _mm512_storeu_pd(out + 8, hi);
  }
};

#elif defined(KEDGE_PATH_avx2)

using Vec = __m256;
constexpr int kWidth = 8;
KEDGE_INLINE Vec load(const float* p) { return _mm256_loadu_ps(p); }
KEDGE_INLINE void store(float* p, Vec a) { _mm256_storeu_ps(p, a); }
KEDGE_INLINE Vec set1(float a) { return _mm256_set1_ps(a); }
KEDGE_INLINE Vec fma(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
KEDGE_INLINE Vec add(Vec a, Vec b) { return _mm256_add_ps(a, b); }
KEDGE_INLINE Vec sub(Vec a, Vec b) { return _mm256_sub_ps(a, b); }
KEDGE_INLINE Vec mul(Vec a, Vec b) { return _mm256_mul_ps(a, b); }
KEDGE_INLINE Vec div(Vec a, Vec b) { return _mm256_div_ps(a, b); }
KEDGE_INLINE Vec max(Vec a, Vec b) { return _mm256_max_ps(a, b); }
KEDGE_INLINE Vec min(Vec a, Vec b) { return _mm256_min_ps(a, b); }
KEDGE_INLINE __m256i part_mask(int64_t n) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), lane);
}
KEDGE_INLINE Vec load_part(const float* p, int64_t n) { return _mm256_maskload_ps(p, part_mask(n)); }
KEDGE_INLINE void store_part(float* p, Vec a, int64_t n) {
  _mm256_maskstore_ps(p, part_mask(n), a);
}
KEDGE_INLINE Vec if_less(Vec a, Vec b, Vec yes, Vec no) {
  return _mm256_blendv_ps(no, yes, _mm256_cmp_ps(a, b, _CMP_LT_OQ));
}
KEDGE_INLINE Vec finish_exp(Vec p, Vec, Vec n_magic, Vec x, float low, float high) {
  const __m256i sum = _mm256_add_epi32(_mm256_castps_si256(p),
                                       _mm256_slli_epi32(_mm256_castps_si256(n_magic), 23));
  Vec y = if_less(x, set1(low), set1(0.0f), _mm256_castsi256_ps(sum));
  y = if_less(set1(high), x, set1(__builtin_inff()), y);
  return _mm256_blendv_ps(y, x, _mm256_cmp_ps(x, x, _CMP_UNORD_Q));
}

struct Sum16 {
  __m256d part[4] = {_mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd(),
                     _mm256_setzero_pd()};
  KEDGE_INLINE static __m256d quarter(const Vec* a, int i) {
    const Vec v = a[i / 2];
    return _mm256_cvtps_pd(i % 2 ? _mm256_extractf128_ps(v, 1) : _mm256_castps256_ps128(v));
  }
  KEDGE_INLINE void add(const Vec* a) {
    for (int i = 0; i < 4; ++i) part[i] = _mm256_add_pd(part[i], quarter(a, i));
  }
  KEDGE_INLINE void add_product(const Vec* a, const Vec* b) {
    for (int i = 0; i < 4; ++i) {
      part[i] = _mm256_fmadd_pd(quarter(a, i), quarter(b, i), part[i]);
    }
  }
  KEDGE_INLINE void store(double* out) const {
    for (int i = 0; i < 4; ++i) _mm256_storeu_pd(out + 4 * i, part[i]);
  }
};

#else

using Vec = float;
constexpr int kWidth = 1;
KEDGE_INLINE Vec load(const float* p) { return *p; }
KEDGE_INLINE void store(float* p, Vec a) { *p = a; }
KEDGE_INLINE Vec set1(float a) { return a; }
KEDGE_INLINE Vec fma(Vec a, Vec b, Vec c) { return __builtin_fmaf(a, b, c); }
KEDGE_INLINE Vec add(Vec a, Vec b) { return a + b; }
KEDGE_INLINE Vec sub(Vec a, Vec b) { return a - b; }
KEDGE_INLINE Vec mul(Vec a, Vec b) { return a * b; }
KEDGE_INLINE Vec div(Vec a, Vec b) { return a / b; }
KEDGE_INLINE Vec max(Vec a, Vec b) { return a > b ? a : b; }
KEDGE_INLINE Vec min(Vec a, Vec b) { return a < b ? a : b; }
KEDGE_INLINE Vec load_part(const float* p, int64_t) { return *p; }
KEDGE_INLINE void store_part(float* p, Vec a, int64_t) { *p = a; }
KEDGE_INLINE Vec if_less(Vec a, Vec b, Vec yes, Vec no) { return a < b ? yes : no; }
KEDGE_INLINE Vec finish_exp(Vec p, Vec, Vec n_magic, Vec x, float low, float high) {
  if (x != x) return x;
  if (x < low) return 0.0f;
  if (high < x) return __builtin_inff();
  return __builtin_bit_cast(float, __builtin_bit_cast(uint32_t, p) +
                                       (__builtin_bit_cast(uint32_t, n_magic) << 23));
}

struct Sum16 {
  double part[16] = {};
  KEDGE_INLINE void add(const Vec* a) {
    for (int i = 0; i < 16; ++i) part[i] += double{a[i]};
  }
  KEDGE_INLINE void add_product(const Vec* a, const Vec* b) {
    for (int i = 0; i < 16; ++i) part[i] = __builtin_fma(double{a[i]}, double{b[i]}, part[i]);
  }
  KEDGE_INLINE void store(double* out) const {
    for (int i = 0; i < 16; ++i) out[i] = part[i];
  }
};

#endif

// A group of 16 lanes, whatever the width.
constexpr int kVecs16 = 16 / kWidth;

// Largest lane of a group of 16, by halves.
#if defined(KEDGE_PATH_avx512)
KEDGE_INLINE float max_lane16(const Vec* a) {
  const __m256 x = _mm256_max_ps(_mm512_castps512_ps256(*a), _mm512_extractf32x8_ps(*a, 1));
#elif defined(KEDGE_PATH_avx2)
KEDGE_INLINE float max_lane16(const Vec* a) {
  const __m256 x = _mm256_max_ps(a[0], a[1]);
#endif
#if defined(KEDGE_PATH_avx512) || defined(KEDGE_PATH_avx2)
  __m128 y = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
  y = _mm_max_ps(y, _mm_movehl_ps(y, y));
  return _mm_cvtss_f32(_mm_max_ss(y, _mm_shuffle_ps(y, y, 1)));
}
#else
KEDGE_INLINE float max_lane16(const Vec* a) {
  float largest = a[0];
  for (int i = 1; i < 16; ++i) largest = a[i] > largest ? a[i] : largest;
  return largest;
}
#endif

KEDGE_INLINE float sqrt_of(float x) { return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x))); }

// body(i, load, store) over [0, n) in whole vectors, then one with the rest of the lanes.
template <class Body>
KEDGE_INLINE void for_vectors(int64_t n, Body body) {
  int64_t i = 0;
  for (; i + kWidth <= n; i += kWidth) {
    body(i, [](const float* p) { return load(p); }, [](float* p, Vec a) { store(p, a); });
  }
  if (i < n) {
    const int64_t rest = n - i;
    body(i, [rest](const float* p) { return load_part(p, rest); },
         [rest](float* p, Vec a) { store_part(p, a, rest); });
  }
}

KEDGE_INLINE int64_t min_of(int64_t a, int64_t b) { return a < b ? a : b; }
KEDGE_INLINE int64_t max_of(int64_t a, int64_t b) { return a > b ? a : b; }

// The fixed tree that joins 16 partial sums: i with i + 8, then i + 4, i + 2, i + 1.
template <class T>
KEDGE_INLINE T join16(T* lane) {
  for (int half = 8; half >= 1; half /= 2) {
    for (int i = 0; i < half; ++i) lane[i] = lane[i] + lane[i + half];
  }
  return lane[0];
}

}  // namespace kedge::KEDGE_PATH
