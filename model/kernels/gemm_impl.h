// Matrix product on one thread (gemm.h): packs blocks of A into tiles [k][rows <= 12], takes B as
// panels or packs a depth block of it first, and walks tiles inside panels. While a panel is worked
// on, the next one is asked for, evenly spread over the tiles: asked for at once, it would wait for
// itself in the line-fill buffers.
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
        for_vectors(count, [&](int64_t i, auto read, auto write) {
          write(to + l * count + i, read(from + l * g.a_step + i));
        });
      }
    }
  }
}

// All columns of rows [first_k, first_k + depth) of B as panels [depth][32]. Eight panels at a time,
// so that a row is read in long pieces.
KEDGE_INLINE void pack_b(const GemmCall& g, int64_t first_k, int64_t depth, float* out) {
  const int64_t whole = g.n / kPanel, rest = g.n % kPanel;
  for (int64_t group = 0; group < whole; group += 8) {
    const int64_t panels = min_of(8, whole - group);
    for (int64_t l = 0; l < depth; ++l) {
      const float* from = g.b + (first_k + l) * g.b_row + group * kPanel;
      float* to = out + group * depth * kPanel + l * kPanel;
      for (int64_t p = 0; p < panels; ++p, from += kPanel, to += depth * kPanel) {
        for (int v = 0; v < kPanel; v += kWidth) store(to + v, load(from + v));
      }
    }
  }
  if (rest == 0) return;
  for (int64_t l = 0; l < depth; ++l) {
    const float* from = g.b + (first_k + l) * g.b_row + whole * kPanel;
    float* to = out + whole * depth * kPanel + l * kPanel;
    for (int64_t j = 0; j < kPanel; ++j) to[j] = j < rest ? from[j] : 0.0f;
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
  const float* a_tiles;
  const float* b;       // panel j of this depth at b + j * b_panel
  int64_t b_panel;
};

KEDGE_INLINE void run_panel(const GemmCall& g, const Block& block, int64_t column) {
  const Tiling tiling(block.rows);
  const Start start = block.first_k == 0 ? g.start : Start::accumulate;
  const int64_t columns = min_of(kPanel, g.n - column);
  const bool more = column + 2 * kPanel <= g.n;
  const float* b = block.b + column / kPanel * block.b_panel;
  float* c = g.c + block.first_row * g.c_row + column;
  for (int64_t t = 0; t < tiling.tiles; ++t) {
    const int64_t begin = tiling.begin(t), rows = tiling.begin(t + 1) - begin;
    TileCall call = {block.depth,
                     {block.a_tiles + begin * block.depth, 1, rows},
                     b,
                     kPanel,
                     c + begin * g.c_row,
                     g.c_row,
                     g.bias == nullptr ? nullptr : g.bias + column};
    call.next_b = b;
    if (more) {
      call.next_b = b + block.b_panel + t * block.depth * kPanel / tiling.tiles;
      call.next_b_step = kPanel / tiling.tiles;
      if (t + 1 == tiling.tiles) call.next_c = c + kPanel;
    }
    if (t + 1 < tiling.tiles) call.next_c = call.c + rows * g.c_row;
    if (columns == kPanel) {
      tile<true>(rows, call, start);
    } else {
      edge_tile<true>(rows, columns, call, start);
    }
  }
}

void gemm(const GemmCall& g) {
  int64_t first_panel = 0;
  if (g.m <= 3 && g.b_row == 0 && g.a_step == 1) first_panel = thin_panels(g);
  if (first_panel * kPanel >= g.n) return;
  const int64_t deepest = gemm_depth(g);
  float* a_tiles = g.scratch;
  float* b_pack = g.scratch + gemm_a_floats(g);
  for (int64_t first_k = 0; first_k < g.k; first_k += deepest) {
    Block block = {0, 0, first_k, min_of(deepest, g.k - first_k), a_tiles, g.b + first_k * kPanel,
                   g.b_panel};
    if (g.b_row != 0) {
      pack_b(g, first_k, block.depth, b_pack);
      block.b = b_pack;
      block.b_panel = block.depth * kPanel;
    }
    for (int64_t row = 0; row < g.m; row += kGemmRowBlock) {
      block.first_row = row;
      block.rows = min_of(kGemmRowBlock, g.m - row);
      pack_a(g, row, block.rows, first_k, block.depth, a_tiles);
      for (int64_t column = first_panel * kPanel; column < g.n; column += kPanel) {
        run_panel(g, block, column);
      }
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
