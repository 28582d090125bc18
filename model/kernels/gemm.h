// What a matrix product on one thread is told. C[m, n] = start + sum_k A[m, k] B[k, n], every output
// one chain of fused multiply-adds over k ascending; K is cut into blocks between which the chain
// waits in C. So bits depend on nothing but A's row, B's column and the start.
#pragma once
#include <cstdint>

namespace kedge {

enum class Start : int { zero, bias, accumulate };

constexpr int64_t kPanelColumns = 32;

// Panels: columns in groups of 32, inside a group [k][32]; columns past n are 0.
inline int64_t panel_floats(int64_t n, int64_t k) {
  return (n + kPanelColumns - 1) / kPanelColumns * kPanelColumns * k;
}

struct GemmCall {
  int64_t m = 0, n = 0, k = 0;
  // A(i, l) = a[i * a_row + l * a_step]; one of the two strides is 1.
  const float* a = nullptr;
  int64_t a_row = 0, a_step = 0;
  // Panels (b_row == 0): panel j at b + j * b_panel. Rows otherwise: B(l, j) = b[l * b_row + j].
  const float* b = nullptr;
  int64_t b_panel = 0, b_row = 0;
  float* c = nullptr;
  int64_t c_row = 0;
  const float* bias = nullptr;
  Start start = Start::zero;
  float* scratch = nullptr;  // gemm_scratch_floats(m, k), 64-byte aligned
};

constexpr int64_t kGemmRowBlock = 384;
constexpr int64_t kGemmDepthBlock = 512;
// Few rows: A fits the cache whole, and C would be read and written for nothing.
constexpr int64_t kGemmFewRows = 24;

inline int64_t gemm_scratch_floats(int64_t m, int64_t k) {
  const int64_t rows = m < kGemmRowBlock ? m : kGemmRowBlock;
  const int64_t depth = m <= kGemmFewRows || k < kGemmDepthBlock ? k : kGemmDepthBlock;
  return (rows * depth + 15) / 16 * 16 + 32 + depth * kPanelColumns;
}

}  // namespace kedge
