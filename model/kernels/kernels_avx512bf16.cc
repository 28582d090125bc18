#define KEDGE_PATH_avx512bf16
#include "model/kernels/gemm_impl.h"
#include "model/kernels/kernels.h"
#include "model/kernels/limits_impl.h"

namespace kedge::isa_avx512bf16 {

void gemm_pairs(const GemmCall& call) { gemm_of<NativePairStep>(call); }

int64_t pair_loop(int64_t steps, float* sink) {
  Vec acc[kChains];
  for (int i = 0; i < kChains; ++i) acc[i] = set1(static_cast<float>(i));
  const __m512bh a = (__m512bh)_mm512_set1_epi32(0x3f003f00);
  for (int64_t s = 0; s < steps; ++s) {
    for (int i = 0; i < kChains; ++i) acc[i] = _mm512_dpbf16_ps(acc[i], a, a);
  }
  for (int i = 1; i < kChains; ++i) acc[0] = add(acc[0], acc[i]);
  store(sink + 16, acc[0]);
  return steps * kChains * kWidth * 4;
}

}  // namespace kedge::isa_avx512bf16
