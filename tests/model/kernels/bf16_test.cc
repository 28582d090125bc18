// The bf16 product against its definition: pairs, odd first, each a fused multiply-add.
#include "model/kernels/bf16.h"

#include <gtest/gtest.h>

#include "core/tensor_view.h"
#include "model/kernels/parallel.h"
#include "tests/support/exact_operators.h"

namespace kedge {
namespace {

float rounded(float x) { return from_bf16(to_bf16(x)); }

std::vector<float> by_definition(const Floats& x, const Floats& w, const Floats& start) {
  const int64_t m = x.view.size(0), k = x.view.size(1), n = w.view.size(0);
  std::vector<float> out = start.memory;
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      float& sum = out[i * n + j];
      for (int64_t l = 0; l < k; l += 2) {
        for (const int64_t at : {l + 1, l}) {
          if (at >= k) continue;
          sum = std::fma(rounded(x.memory[i * k + at]), rounded(w.memory[j * k + at]), sum);
        }
      }
    }
  }
  return out;
}

void check(int64_t m, int64_t n, int64_t k, const Kernels& kernels, GemmFunction gemm) {
  const Floats x = random_floats({m, k}, 1), w = random_floats({n, k}, 2);
  const Floats start = random_floats({m, n}, 3);
  const int64_t pairs = (k + 1) / 2;
  Floats panels({panel_floats(n, pairs)}), scratch({32 * pairs}), got = start;
  kernels.pack_pair_panels(w.memory.data(), k, n, k, 0, (n + 31) / 32, panels.memory.data(),
                           scratch.memory.data());
  GemmCall call;
  call.m = m, call.n = n, call.k = pairs, call.a_terms = k;
  call.a = x.memory.data(), call.a_row = k, call.a_step = 1;
  call.b = panels.memory.data(), call.b_panel = 32 * pairs;
  call.c = got.memory.data(), call.c_row = n, call.start = Start::accumulate;
  Machine machine(2);
  parallel_gemm(machine.context, gemm, call);
  expect_same_bits(got.memory, by_definition(x, w, start),
                   std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k) + " " +
                       name_of(kernels.isa));
}

TEST(Bf16, ProductsAreChainsOfPairs) {
  const std::vector<std::array<int64_t, 3>> shapes = {{1, 300, 40}, {2, 260, 33}, {3, 129, 17},
                                                      {5, 31, 7},   {12, 96, 128}, {25, 70, 530},
                                                      {67, 40, 91}, {200, 34, 1700}};
  for (const auto& [m, n, k] : shapes) {
    for (const Isa isa : available_isas()) {
      check(m, n, k, kernels_of(isa), kernels_of(isa).gemm_pairs);
    }
    if (native_pairs_agree()) {
      check(m, n, k, kernels_of(Isa::avx512), isa_avx512bf16::gemm_pairs);
    }
  }
}

TEST(Bf16, RoundsToNearestEvenOnEveryCodePath) {
  std::vector<float> values = {0.0f, -0.0f, 1.0f, 1.00390625f, 1.01171875f, -3.3e38f, 3.4e38f,
                               INFINITY, NAN, 1e-40f};
  for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += 1000003) {
    values.push_back(__builtin_bit_cast(float, static_cast<uint32_t>(bits)));
  }
  const int64_t n = static_cast<int64_t>(values.size());
  for (const Isa isa : available_isas()) {
    std::vector<float> out(n);
    kernels_of(isa).pair_rows(values.data(), n, 1, n, 0, 1, out.data());
    for (int64_t i = 0; i < n; ++i) {
      EXPECT_EQ(__builtin_bit_cast(uint32_t, out[i]), to_bf16(values[i])) << values[i];
    }
  }
}

TEST(Bf16, OneOfTheTwoWaysIsChosen) {
  for (const Isa isa : available_isas()) {
    const GemmFunction chosen = pair_gemm(kernels_of(isa));
    const bool native = isa == Isa::avx512 && native_pairs_pay();
    EXPECT_EQ(chosen, native ? isa_avx512bf16::gemm_pairs : kernels_of(isa).gemm_pairs);
  }
  EXPECT_TRUE(!native_pairs_pay() || native_pairs_agree());
}

}  // namespace
}  // namespace kedge
