// The matrix product against its definition, bit for bit: a chain written as a loop over std::fma.
#include "model/kernels/parallel.h"

#include <gtest/gtest.h>

#include "tests/support/exact_operators.h"

namespace kedge {
namespace {

struct Problem {
  int64_t m, n, k;
  Start start;
  bool a_transposed, b_panels;
};

std::string text(const Problem& p) {
  return std::to_string(p.m) + "x" + std::to_string(p.n) + "x" + std::to_string(p.k) + " start " +
         std::to_string(static_cast<int>(p.start)) + (p.a_transposed ? " At" : "") +
         (p.b_panels ? " panels" : "");
}

void check(const Problem& p, const Kernels& kernels, int threads) {
  const Floats a = random_floats({p.m, p.k}, 1), b = random_floats({p.k, p.n}, 2);
  const Floats bias = random_floats({p.n}, 3), c = random_floats({p.m, p.n + 3}, 4);
  Floats expected = c, got = c, at({p.k, p.m}), w({p.n, p.k});
  for (int64_t i = 0; i < p.m; ++i) {
    for (int64_t l = 0; l < p.k; ++l) at.memory[l * p.m + i] = a.memory[i * p.k + l];
    for (int64_t j = 0; j < p.n; ++j) {
      float& out = expected.memory[i * (p.n + 3) + j];
      float sum = p.start == Start::zero ? 0.0f : p.start == Start::bias ? bias.memory[j] : out;
      for (int64_t l = 0; l < p.k; ++l) {
        sum = std::fma(a.memory[i * p.k + l], b.memory[l * p.n + j], sum);
      }
      out = sum;
    }
  }
  for (int64_t l = 0; l < p.k; ++l) {
    for (int64_t j = 0; j < p.n; ++j) w.memory[j * p.k + l] = b.memory[l * p.n + j];
  }
  Floats panels({panel_floats(p.n, p.k)}, NAN);
  kernels.pack_panels(w.memory.data(), p.k, p.n, p.k, 0, (p.n + 31) / 32, panels.memory.data());
  GemmCall call;
  call.m = p.m, call.n = p.n, call.k = p.k;
  call.a = p.a_transposed ? at.memory.data() : a.memory.data();
  call.a_row = p.a_transposed ? 1 : p.k, call.a_step = p.a_transposed ? p.m : 1;
  call.b = p.b_panels ? panels.memory.data() : b.memory.data();
  call.b_panel = 32 * p.k, call.b_row = p.b_panels ? 0 : p.n;
  call.c = got.memory.data(), call.c_row = p.n + 3;
  call.bias = bias.memory.data(), call.start = p.start;
  Machine machine(threads);
  parallel_gemm(machine.context, kernels.gemm, call);
  expect_same_bits(got.memory, expected.memory,
                   text(p) + " " + name_of(kernels.isa) + " " + std::to_string(threads));
}

TEST(ParallelGemm, EveryOutputIsOneChain) {
  const std::vector<std::array<int64_t, 3>> shapes = {
      {1, 1, 1},    {1, 300, 40},  {2, 260, 33},  {3, 129, 17}, {4, 64, 64},  {5, 31, 7},
      {7, 32, 16},  {11, 33, 100}, {12, 96, 128}, {13, 50, 48}, {23, 65, 20}, {25, 70, 530},
      {67, 40, 90}, {48, 512, 64}, {100, 20, 45}};
  for (const auto& shape : shapes) {
    for (const Start start : {Start::zero, Start::bias, Start::accumulate}) {
      for (const bool transposed : {false, true}) {
        for (const bool panels : {false, true}) {
          const Problem p{shape[0], shape[1], shape[2], start, transposed, panels};
          for (const Isa isa : available_isas()) {
            for (const int threads : {1, 3}) check(p, kernels_of(isa), threads);
          }
        }
      }
    }
  }
}

TEST(ParallelGemm, ChainsPauseInMemoryWithoutATrace) {
  // More rows and a longer sum than one block holds.
  const Problem p{kGemmRowBlock + 37, 34, 2 * kGemmDepthBlock + 5, Start::bias, false, true};
  for (const Isa isa : available_isas()) check(p, kernels_of(isa), 2);
  const Problem q{70, 40, 2 * kGemmDepthBlock + 5, Start::accumulate, true, false};
  for (const Isa isa : available_isas()) check(q, kernels_of(isa), 2);
}

TEST(ForShares, CoversEverythingOnce) {
  for (const int threads : {1, 2, 3}) {
    Machine machine(threads);
    for (const double work : {1.0, 1e9}) {
      std::vector<int> seen(101, 0);
      for_shares(machine.context, 101, 4, work, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) ++seen[i];
      });
      for (const int count : seen) EXPECT_EQ(count, 1);
    }
  }
}

}  // namespace
}  // namespace kedge
