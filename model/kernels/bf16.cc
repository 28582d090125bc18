#include "model/kernels/bf16.h"

#include <xmmintrin.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <vector>

namespace kedge {
namespace {

constexpr int64_t kCheckRows = 12, kCheckColumns = 32, kCheckPairs = 64;
constexpr int kCheckRounds = 40;

// Random bits with exponents in reach of each other, so that rounding happens at every step; one value
// in sixteen is a denormal.
class RandomBits {
 public:
  float next(bool bf16) {
    const uint32_t word = advance();
    uint32_t exponent = 110 + (advance() >> 8) % 30;
    if ((advance() >> 8) % 16 == 0) exponent = 0;
    const uint32_t bits = (word & 0x807fffffu) | (exponent << 23);
    return __builtin_bit_cast(float, bf16 ? bits & 0xffff0000u : bits);
  }

 private:
  uint32_t advance() { return state_ = state_ * 1664525u + 1013904223u; }
  uint32_t state_ = 7;
};

bool agree_on(RandomBits& random) {
  constexpr int64_t kTerms = 2 * kCheckPairs;
  std::vector<float> a(kCheckRows * kTerms), b(kCheckPairs * kCheckColumns);
  std::vector<float> expected(kCheckRows * kCheckColumns), got, scratch(8192);
  for (float& x : a) x = random.next(true);
  for (float& pair : b) {
    const uint32_t low = __builtin_bit_cast(uint32_t, random.next(true)) >> 16;
    pair = __builtin_bit_cast(float, __builtin_bit_cast(uint32_t, random.next(true)) | low);
  }
  for (float& x : expected) x = random.next(false);
  got = expected;
  GemmCall call;
  call.m = kCheckRows, call.n = kCheckColumns, call.k = kCheckPairs;
  call.a = a.data(), call.a_row = kTerms, call.a_step = 1, call.a_terms = kTerms;
  call.b = b.data(), call.b_panel = kCheckColumns * kCheckPairs;
  call.c_row = kCheckColumns, call.start = Start::accumulate, call.scratch = scratch.data();
  call.c = expected.data();
  kernels_of(Isa::avx512).gemm_pairs(call);
  call.c = got.data();
  isa_avx512bf16::gemm_pairs(call);
  return std::memcmp(expected.data(), got.data(), expected.size() * sizeof(float)) == 0;
}

bool check_order() {
  if (!cpu_has_bf16_dot()) return false;
  const unsigned mode = _mm_getcsr();
  _mm_setcsr(mode | 0x8040);  // what every compute thread runs with
  RandomBits random;
  bool same = true;
  for (int round = 0; round < kCheckRounds && same; ++round) same = agree_on(random);
  _mm_setcsr(mode);
  return same;
}

double best_rate(int64_t (*loop)(int64_t, float*)) {
  using Clock = std::chrono::steady_clock;
  float sink[64];
  std::fill_n(sink, 64, 0.5f);
  double best = 0.0;
  for (int round = 0; round < 10; ++round) {
    const auto start = Clock::now();
    const auto operations = static_cast<double>(loop(2000, sink));
    best = std::max(best, operations / std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

}  // namespace

bool native_pairs_agree() {
  static const bool same = check_order();
  return same;
}

bool native_pairs_pay() {
  static const bool pay =
      native_pairs_agree() &&
      best_rate(isa_avx512bf16::pair_loop) > 1.1 * best_rate(kernels_of(Isa::avx512).fma_loop);
  return pay;
}

GemmFunction pair_gemm(const Kernels& kernels) {
  const bool native = kernels.isa == Isa::avx512 && native_pairs_pay();
  return native ? isa_avx512bf16::gemm_pairs : kernels.gemm_pairs;
}

}  // namespace kedge
