// The micro-kernel all matrix products of the exact operators end in: up to 12 x 32 outputs, each one
// chain of fused multiply-adds over k ascending. Lanes run over the 32 columns, rows are broadcast.
#pragma once
#include "model/kernels/gemm.h"
#include "model/kernels/simd.h"
#include "model/kernels/tile_ops_impl.h"

namespace kedge::KEDGE_PATH {

constexpr int kTileRows = 12;
constexpr int kPanel = 32;

// Registers decide how many rows and vectors one pass holds.
#if defined(KEDGE_PATH_avx512)
constexpr int kPassRows = 12, kPassVecs = 2;
#elif defined(KEDGE_PATH_avx2)
constexpr int kPassRows = 6, kPassVecs = 2;
#else
constexpr int kPassRows = 3, kPassVecs = 4;
#endif
constexpr int kPassColumns = kPassVecs * kWidth;

// One operand of a tile: element (i, l) at data[i * row + l * step]. A tile with row == 1 is packed
// (rows of one l next to each other).
struct TileOperand {
  const float* data;
  int64_t row;
  int64_t step;
};

struct TileCall {
  int64_t k;
  TileOperand a;
  const float* b;        // row l of the columns at b + l * b_step
  int64_t b_step;
  float* c;              // rows c_row apart
  int64_t c_row;
  const float* bias;     // read for Start::bias
  int64_t a_part = 0;    // bf16 pairs: from the odd row of A's step to the even one
  // Hints: one line, or two side by side, per l of what is read after this tile; and the outputs of the
  // next tile. A null next_b would be looked up in the page tables for every l.
  const float* next_b = nullptr;
  int64_t next_b_step = 0;
  bool next_b_pairs = false;
  const float* next_c = nullptr;
};

template <class Step, int R, bool kRowsPacked, Start kStart>
void tile_pass(const TileCall& call) {
  constexpr int NV = kPassVecs;
  Vec acc[R][NV];
  KEDGE_UNROLL for (int i = 0; i < R; ++i) {
    KEDGE_UNROLL for (int v = 0; v < NV; ++v) {
      if constexpr (kStart == Start::zero) acc[i][v] = set1(0.0f);
      if constexpr (kStart == Start::bias) acc[i][v] = load(call.bias + v * kWidth);
      if constexpr (kStart == Start::accumulate) {
        acc[i][v] = load(call.c + i * call.c_row + v * kWidth);
      }
    }
  }
  const float* a = call.a.data;
  const float* b = call.b;
  const int64_t a_row = kRowsPacked ? 1 : call.a.row;
  const int64_t a_step = kRowsPacked ? call.a.step : 1;
  const float* next_b = call.next_b;
  if (call.next_c != nullptr) {
    KEDGE_UNROLL for (int i = 0; i < R; ++i) {
      for (int j = 0; j < NV * kWidth; j += 16) {
        __builtin_prefetch(call.next_c + i * call.c_row + j, 1, 3);
      }
    }
  }
  for (int64_t l = 0; l < call.k; ++l) {
    typename Step::B bv[NV];
    KEDGE_UNROLL for (int v = 0; v < NV; ++v) bv[v] = Step::load_b(b + v * kWidth);
    KEDGE_UNROLL for (int i = 0; i < R; ++i) Step::run(a + i * a_row, call.a_part, bv, acc[i]);
    a += a_step;
    b += call.b_step;
    __builtin_prefetch(next_b, 0, 2);
    if (call.next_b_pairs) __builtin_prefetch(next_b + 16, 0, 2);
    next_b += call.next_b_step;
  }
  KEDGE_UNROLL for (int i = 0; i < R; ++i) {
    KEDGE_UNROLL for (int v = 0; v < NV; ++v) store(call.c + i * call.c_row + v * kWidth, acc[i][v]);
  }
}

using TileFunction = void (*)(const TileCall&);

template <class Step, bool kRowsPacked, Start kStart>
struct TileTable {
  static constexpr TileFunction kOfRows[] = {
      nullptr,
      tile_pass<Step, 1, kRowsPacked, kStart>,
      tile_pass<Step, 2, kRowsPacked, kStart>,
      tile_pass<Step, 3, kRowsPacked, kStart>,
#if !defined(KEDGE_PATH_scalar)
      tile_pass<Step, 4, kRowsPacked, kStart>,
      tile_pass<Step, 5, kRowsPacked, kStart>,
      tile_pass<Step, 6, kRowsPacked, kStart>,
#endif
#if defined(KEDGE_PATH_avx512)
      tile_pass<Step, 7, kRowsPacked, kStart>,
      tile_pass<Step, 8, kRowsPacked, kStart>,
      tile_pass<Step, 9, kRowsPacked, kStart>,
      tile_pass<Step, 10, kRowsPacked, kStart>,
      tile_pass<Step, 11, kRowsPacked, kStart>,
      tile_pass<Step, 12, kRowsPacked, kStart>,
#endif
  };
};

template <class Step, bool kRowsPacked>
KEDGE_INLINE void run_tile(int64_t rows, const TileCall& call, Start start) {
  switch (start) {
    case Start::zero: return TileTable<Step, kRowsPacked, Start::zero>::kOfRows[rows](call);
    case Start::bias: return TileTable<Step, kRowsPacked, Start::bias>::kOfRows[rows](call);
    case Start::accumulate: return TileTable<Step, kRowsPacked, Start::accumulate>::kOfRows[rows](call);
  }
}

// rows <= 12 times 32 columns.
template <bool kRowsPacked, class Step = Fp32Step>
KEDGE_INLINE void tile(int64_t rows, const TileCall& whole, Start start) {
  if constexpr (kPassRows == kTileRows && kPassColumns == kPanel) {
    run_tile<Step, kRowsPacked>(rows, whole, start);
  } else {
    const int64_t passes = (rows + kPassRows - 1) / kPassRows;
    for (int64_t pass = 0; pass < passes; ++pass) {
      const int64_t first = pass * rows / passes, last = (pass + 1) * rows / passes;
      for (int column = 0; column < kPanel; column += kPassColumns) {
        TileCall part = whole;
        part.a.data += first * (kRowsPacked ? 1 : whole.a.row);
        part.b += column;
        part.c += first * whole.c_row + column;
        part.bias = start == Start::bias ? whole.bias + column : nullptr;
        run_tile<Step, kRowsPacked>(last - first, part, start);
      }
    }
  }
}

// As tile, for fewer than 32 columns: works in a buffer, so that nothing past the edge is touched. b
// is readable for 32 columns.
template <bool kRowsPacked, class Step = Fp32Step>
KEDGE_INLINE void edge_tile(int64_t rows, int64_t columns, const TileCall& whole, Start start) {
  alignas(64) float buffer[kTileRows * kPanel];
  alignas(64) float bias[kPanel] = {};
  TileCall call = whole;
  call.c = buffer;
  call.c_row = kPanel;
  if (start == Start::bias) {
    for (int64_t j = 0; j < columns; ++j) bias[j] = whole.bias[j];
    call.bias = bias;
  }
  if (start == Start::accumulate) {
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < kPanel; ++j) {
        buffer[i * kPanel + j] = j < columns ? whole.c[i * whole.c_row + j] : 0.0f;
      }
    }
  }
  tile<kRowsPacked, Step>(rows, call, start);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) whole.c[i * whole.c_row + j] = buffer[i * kPanel + j];
  }
}

}  // namespace kedge::KEDGE_PATH
