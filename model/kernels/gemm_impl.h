// Matrix product on one thread (gemm.h): packs blocks of A into tiles [k][rows <= 12], takes B as
// panels or packs it panel by panel, and walks tiles inside panels so that a panel stays in the
// first-level cache.
#pragma once
#include "model/kernels/gemm.h"
#include "model/kernels/tile_impl.h"
#include "model/kernels/transpose_impl.h"

namespace kedge::KEDGE_PATH {

// Rows are cut into tiles of nearly equal size: 32 = 11 + 11 + 10 and not 12 + 12 + 8.
struct Tiling {
  int64_t rows, tiles;
  KEDGE_INLINE explicit Tiling(int64_t m) : rows(m), tiles((m + kTileRows - 1) / kTileRows) {}
  KEDGE_INLINE int64_t begin(int64_t tile) const { return tile * rows / tiles; }
};

// Tile t of `rows` rows at out + begin * depth: [depth][rows of the tile].
KEDGE_INLINE void pack_a(const GemmCall& g, int64_t first_row, int64_t rows, int64_t first_k,
                         int64_t depth, float* out) {
  const Tiling tiling(rows);
  for (int64_t t = 0; t < tiling.tiles; ++t) {
    const int64_t begin = tiling.begin(t), count = tiling.begin(t + 1) - begin;
    float* to = out + begin * depth;
    const float* from = g.a + (first_row + begin) * g.a_row + first_k * g.a_step;
    if (g.a_step == 1) {
      transpose_rows(from, g.a_row, count, depth, to, count);
    } else {
      for (int64_t l = 0; l < depth; ++l) {
        for (int64_t i = 0; i < count; ++i) to[l * count + i] = from[l * g.a_step + i];
      }
    }
  }
}

KEDGE_INLINE void pack_b(const GemmCall& g, int64_t column, int64_t columns, int64_t first_k,
                         int64_t depth, float* out) {
  const float* from = g.b + first_k * g.b_row + column;
  if (columns == kPanel) {
    for (int64_t l = 0; l < depth; ++l) {
      for (int v = 0; v < kPanel / kWidth; ++v) {
        store(out + l * kPanel + v * kWidth, load(from + l * g.b_row + v * kWidth));
      }
    }
    return;
  }
  for (int64_t l = 0; l < depth; ++l) {
    for (int64_t j = 0; j < kPanel; ++j) {
      out[l * kPanel + j] = j < columns ? from[l * g.b_row + j] : 0.0f;
    }
  }
}

// One to three rows are bound by reading B: no packing, several panels at once so that enough chains
// are in flight.
template <int R, int P>
void thin_tile(const GemmCall& g, int64_t panel) {
  constexpr int kVecsPerPanel = kPanel / kWidth;
  Vec acc[R][P][kVecsPerPanel];
  const float* b = g.b + panel * g.b_panel;
  for (int i = 0; i < R; ++i) {
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < kVecsPerPanel; ++v) {
        const int64_t column = (panel + p) * kPanel + v * kWidth;
        acc[i][p][v] = g.start == Start::zero   ? set1(0.0f)
                       : g.start == Start::bias ? load(g.bias + column)
                                                : load(g.c + i * g.c_row + column);
      }
    }
  }
  for (int64_t l = 0; l < g.k; ++l) {
    Vec av[R];
    for (int i = 0; i < R; ++i) av[i] = set1(g.a[i * g.a_row + l]);
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < kVecsPerPanel; ++v) {
        const Vec bv = load(b + p * g.b_panel + l * kPanel + v * kWidth);
        for (int i = 0; i < R; ++i) acc[i][p][v] = fma(av[i], bv, acc[i][p][v]);
      }
    }
  }
  for (int i = 0; i < R; ++i) {
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < kVecsPerPanel; ++v) {
        store(g.c + i * g.c_row + (panel + p) * kPanel + v * kWidth, acc[i][p][v]);
      }
    }
  }
}

#if defined(KEDGE_PATH_avx512)
constexpr int kThinPanels[4] = {0, 4, 4, 2};
#elif defined(KEDGE_PATH_avx2)
constexpr int kThinPanels[4] = {0, 2, 1, 1};
#else
constexpr int kThinPanels[4] = {0, 1, 1, 1};
#endif

// How many whole panels were done.
KEDGE_INLINE int64_t thin_panels(const GemmCall& g) {
  const int64_t whole = g.n / kPanel, step = kThinPanels[g.m];
  int64_t panel = 0;
  for (; panel + step <= whole; panel += step) {
    switch (g.m) {
      case 1: thin_tile<1, kThinPanels[1]>(g, panel); break;
      case 2: thin_tile<2, kThinPanels[2]>(g, panel); break;
      default: thin_tile<3, kThinPanels[3]>(g, panel); break;
    }
  }
  return panel;
}

struct Block {
  int64_t first_row, rows, first_k, depth;
};

KEDGE_INLINE const float* next_columns(const GemmCall& g, int64_t column, int64_t first_k) {
  return g.b_row == 0 ? g.b + column / kPanel * g.b_panel + first_k * kPanel
                      : g.b + first_k * g.b_row + column;
}

KEDGE_INLINE void run_block(const GemmCall& g, const Block& block, int64_t first_panel,
                            const float* a_tiles, float* b_pack) {
  const Tiling tiling(block.rows);
  const Start start = block.first_k == 0 ? g.start : Start::accumulate;
  const int64_t b_step = g.b_row == 0 ? kPanel : g.b_row;
  for (int64_t column = first_panel * kPanel; column < g.n; column += kPanel) {
    const int64_t columns = min_of(kPanel, g.n - column);
    const float* b = g.b + column / kPanel * g.b_panel + block.first_k * kPanel;
    if (g.b_row != 0) {
      pack_b(g, column, columns, block.first_k, block.depth, b_pack);
      b = b_pack;
    }
    const bool more = column + 2 * kPanel <= g.n;
    for (int64_t t = 0; t < tiling.tiles; ++t) {
      const int64_t begin = tiling.begin(t), rows = tiling.begin(t + 1) - begin;
      TileCall call = {block.depth,
                       {a_tiles + begin * block.depth, 1, rows},
                       b,
                       kPanel,
                       g.c + (block.first_row + begin) * g.c_row + column,
                       g.c_row,
                       g.bias == nullptr ? nullptr : g.bias + column};
      // The first two tiles of a panel ask for the two halves of the next panel.
      call.next_b = b;
      if (more && t < 2) {
        call.next_b = next_columns(g, column + kPanel, block.first_k) + 16 * t;
        call.next_b_step = b_step;
      }
      if (t + 1 < tiling.tiles) call.next_c = call.c + rows * g.c_row;
      if (columns == kPanel) {
        tile<true>(rows, call, start);
      } else {
        edge_tile<true>(rows, columns, call, start);
      }
    }
  }
}

void gemm(const GemmCall& g) {
  const bool panels = g.b_row == 0;
  int64_t first_panel = 0;
  if (g.m <= 3 && panels && g.a_step == 1) first_panel = thin_panels(g);
  if (first_panel * kPanel >= g.n) return;
  const int64_t deepest = g.m <= kGemmFewRows ? g.k : min_of(g.k, kGemmDepthBlock);
  const int64_t tallest = min_of(g.m, kGemmRowBlock);
  float* a_tiles = g.scratch;
  float* b_pack = g.scratch + (tallest * deepest + 15) / 16 * 16 + 32;
  for (int64_t first_k = 0; first_k < g.k; first_k += deepest) {
    const int64_t depth = min_of(deepest, g.k - first_k);
    for (int64_t row = 0; row < g.m; row += kGemmRowBlock) {
      const Block block = {row, min_of(kGemmRowBlock, g.m - row), first_k, depth};
      pack_a(g, block.first_row, block.rows, first_k, depth, a_tiles);
      run_block(g, block, first_panel, a_tiles, b_pack);
    }
  }
}

// Panels [first, last) of w [n, k], rows w_row apart.
void pack_panels(const float* w, int64_t w_row, int64_t n, int64_t k, int64_t first, int64_t last,
                 float* out) {
  for (int64_t panel = first; panel < last; ++panel) {
    float* to = out + panel * kPanel * k;
    const int64_t rows = min_of(kPanel, n - panel * kPanel);
    const float* from = w + panel * kPanel * w_row;
    if (rows == kPanel && k >= 16) {
      // The first half overhangs into the second, never past the panel.
      for (int half = 0; half < 2; ++half) {
        transpose_rows(from + half * 16 * w_row, w_row, 16, k, to + half * 16, kPanel);
      }
      continue;
    }
    for (int64_t l = 0; l < k; ++l) {
      for (int64_t i = 0; i < kPanel; ++i) {
        to[l * kPanel + i] = i < rows ? from[i * w_row + l] : 0.0f;
      }
    }
  }
}

}  // namespace kedge::KEDGE_PATH
