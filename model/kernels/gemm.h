// What a matrix product on one thread is told. C[m, n] = start + sum_k A[m, k] B[k, n], every output
// one chain of fused multiply-adds over k ascending; K is cut into blocks between which the chain
// waits in C. So bits depend on nothing but A's row, B's column and the start.
#pragma once
#include <cstdint>

#include "model/kernels/shared_inline.h"

namespace kedge {

enum class Start : int { zero, bias, accumulate };

constexpr int64_t kPanelColumns = 32;

// Panels: columns in groups of 32, inside a group [k][32]; columns past n are 0.
KEDGE_SHARED_INLINE int64_t panel_floats(int64_t n, int64_t k) {
  return (n + kPanelColumns - 1) / kPanelColumns * kPanelColumns * k;
}

//
// The bf16 product has the same arguments: A is fp32 with a_step 1 and is rounded while it is packed;
// B holds pairs (element 2l in the low half, 2l + 1 in the high half of 32 bits), so k and strides of
// B count pairs; a_terms is the true length of A's rows, the missing element of an odd one is 0.
struct GemmCall {
  int64_t m = 0, n = 0, k = 0;
  // A(i, l) = a[i * a_row + l * a_step]; one of the two strides is 1.
  const float* a = nullptr;
  int64_t a_row = 0, a_step = 0;
  int64_t a_terms = 0;  // bf16 only
  // Panels (b_row == 0): panel j at b + j * b_panel. Rows otherwise: B(l, j) = b[l * b_row + j].
  const float* b = nullptr;
  int64_t b_panel = 0, b_row = 0;
  float* c = nullptr;
  int64_t c_row = 0;
  const float* bias = nullptr;
  Start start = Start::zero;
  float* scratch = nullptr;  // gemm_scratch_floats, 64-byte aligned
};

// Measured, not derived: a block of A (192 x 768) stays in the second-level cache, and C is read and
// written once per 768 terms.
constexpr int64_t kGemmRowBlock = 192;
constexpr int64_t kGemmDepthBlock = 768;
// Few rows are bound by reading B from memory: A is packed whole, and a panel is walked in pieces that
// stay in the first-level cache for all tiles, so that the line-fill buffers are free for what comes next.
constexpr int64_t kGemmFewRows = 40;
constexpr int64_t kGemmPiece = 128;

// Packed tiles and panels are a line apart from each other: their sizes are often multiples of 4 KiB,
// and writing them side by side would then go to one set of the first-level cache.
constexpr int64_t kGemmGap = 16;

// Blocks of nearly equal size, borders at multiples of `unit`.
KEDGE_SHARED_INLINE int64_t even_block(int64_t count, int64_t most, int64_t unit) {
  const int64_t blocks = (count + most - 1) / most;
  const int64_t each = (count + blocks - 1) / blocks;
  return (each + unit - 1) / unit * unit;
}
KEDGE_SHARED_INLINE bool gemm_has_few_rows(const GemmCall& call) {
  return call.b_row == 0 && call.m <= kGemmFewRows;
}
KEDGE_SHARED_INLINE int64_t gemm_depth(const GemmCall& call) {
  if (gemm_has_few_rows(call)) return even_block(call.k, kGemmPiece, 16);
  return call.k < kGemmDepthBlock ? call.k : even_block(call.k, kGemmDepthBlock, 16);
}
KEDGE_SHARED_INLINE int64_t gemm_rows(const GemmCall& call) {
  return call.m <= kGemmRowBlock ? call.m : even_block(call.m, kGemmRowBlock, 12);
}
// Floats of one packed block of A.
KEDGE_SHARED_INLINE int64_t gemm_block_floats(const GemmCall& call) {
  const int64_t terms = call.a_terms == 0 ? 1 : 2, rows = gemm_rows(call);
  return (rows * gemm_depth(call) * terms + 15) / 16 * 16 + (rows / 12 + 3) * kGemmGap;
}
KEDGE_SHARED_INLINE int64_t gemm_a_floats(const GemmCall& call) {
  const int64_t depth = gemm_depth(call);
  const int64_t blocks = gemm_has_few_rows(call) ? (call.k + depth - 1) / depth : 1;
  return blocks * gemm_block_floats(call);
}
KEDGE_SHARED_INLINE int64_t gemm_scratch_floats(const GemmCall& call) {
  const int64_t panels = call.b_row == 0 ? 0 : (call.n + kPanelColumns - 1) / kPanelColumns;
  return gemm_a_floats(call) + panels * (gemm_depth(call) * kPanelColumns + kGemmGap);
}

}  // namespace kedge
