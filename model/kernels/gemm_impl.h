// Matrix product on one thread (gemm.h): packs blocks of A into tiles [k][rows <= 12], takes B as
// panels or packs a depth block of it first, and walks tiles inside panels. While a panel (of few rows:
// a piece of one) is worked on, the next is asked for, evenly spread over the tiles: asked for at once,
// it would wait for itself in the line-fill buffers.
#pragma once
#include "model/kernels/gemm.h"
#include "model/kernels/tile_impl.h"
#include "model/kernels/transpose_impl.h"

namespace kedge::KEDGE_PATH {

// Rows are cut into tiles of nearly equal size: 32 = 11 + 11 + 10 and not 12 + 12 + 8.
struct Tiling {
  int64_t tiles;
  int64_t border[kGemmRowBlock / kTileRows + 2];
  KEDGE_INLINE explicit Tiling(int64_t rows) : tiles((rows + kTileRows - 1) / kTileRows) {
    for (int64_t t = 0; t <= tiles; ++t) border[t] = t * rows / tiles;
  }
  KEDGE_INLINE int64_t begin(int64_t tile) const { return border[tile]; }
  // Where tile `tile` of a packed block lies, `floats` per row.
  KEDGE_INLINE int64_t place(int64_t tile, int64_t floats) const {
    return border[tile] * floats + tile * kGemmGap;
  }
  KEDGE_INLINE int64_t count(int64_t tile) const { return border[tile + 1] - border[tile]; }
};

KEDGE_INLINE void copy_floats(const float* from, int64_t count, float* to) {
  for_vectors(count, [&](int64_t i, auto read, auto write) { write(to + i, read(from + i)); });
}

// A with its rows side by side (a weight gradient's dy): one pass over k, each row of it read whole.
KEDGE_INLINE void pack_columns(const GemmCall& g, const Tiling& tiling, int64_t first_row,
                               int64_t first_k, int64_t depth, float* out) {
  const bool full = tiling.begin(tiling.tiles) == tiling.tiles * kTileRows;
  for (int64_t l = 0; l < depth; ++l) {
    const float* from = g.a + first_row + (first_k + l) * g.a_step;
    if (full) {
      float* to = out + l * kTileRows;
      for (int64_t t = 0; t < tiling.tiles; ++t, from += kTileRows, to += kTileRows * depth + kGemmGap) {
        copy_floats(from, kTileRows, to);
      }
      continue;
    }
    for (int64_t t = 0; t < tiling.tiles; ++t) {
      const int64_t begin = tiling.begin(t), count = tiling.count(t);
      copy_floats(from + begin, count, out + tiling.place(t, depth) + l * count);
    }
  }
}

template <class Step>
KEDGE_INLINE void pack_a(const GemmCall& g, const Tiling& tiling, int64_t first_row, int64_t first_k,
                         int64_t depth, float* out) {
  if (g.a_step != 1) return pack_columns(g, tiling, first_row, first_k, depth, out);
  for (int64_t t = 0; t < tiling.tiles; ++t) {
    const int64_t begin = tiling.begin(t), count = tiling.count(t);
    float* to = out + tiling.place(t, depth * Step::kTerms);
    const float* from = g.a + (first_row + begin) * g.a_row + first_k * Step::kTerms;
    if constexpr (Step::kTerms == 1) {
      transpose_rows(from, g.a_row, count, depth, to, count);
    } else {
      const int64_t terms = min_of(2 * depth, g.a_terms - 2 * first_k);
      transpose_rows(from, g.a_row, count, terms, to, count);
      for (int64_t i = terms * count; i < 2 * depth * count; ++i) to[i] = 0.0f;
      Step::finish_a(to, depth, count);
    }
  }
}

// All columns of rows [first_k, first_k + depth) of B as panels [depth][32]. Eight panels at a time,
// so that a row is read in long pieces.
KEDGE_INLINE void pack_b(const GemmCall& g, int64_t first_k, int64_t depth, float* out) {
  const int64_t whole = g.n / kPanel, rest = g.n % kPanel, panel = depth * kPanel + kGemmGap;
  for (int64_t group = 0; group < whole; group += 8) {
    const int64_t panels = min_of(8, whole - group);
    for (int64_t l = 0; l < depth; ++l) {
      const float* from = g.b + (first_k + l) * g.b_row + group * kPanel;
      float* to = out + group * panel + l * kPanel;
      for (int64_t p = 0; p < panels; ++p, from += kPanel, to += panel) {
        __builtin_prefetch(from + 8 * g.b_row, 0, 3);
        __builtin_prefetch(from + 8 * g.b_row + 16, 0, 3);
        for (int v = 0; v < kPanel; v += kWidth) store(to + v, load(from + v));
      }
    }
  }
  if (rest == 0) return;
  for (int64_t l = 0; l < depth; ++l) {
    const float* from = g.b + (first_k + l) * g.b_row + whole * kPanel;
    float* to = out + whole * panel + l * kPanel;
    for (int64_t j = 0; j < kPanel; ++j) to[j] = j < rest ? from[j] : 0.0f;
  }
}

// One to three rows are bound by reading B: no packing, several panels at once so that enough chains
// are in flight, and lines asked for before the prefetcher of the cache finds the page.
constexpr int64_t kThinAhead = 16;

template <class Step, int R, int P>
void thin_tile(const GemmCall& g, const float* a, int64_t a_row, int64_t panel) {
  constexpr int kVecsPerPanel = kPanel / kWidth;
  Vec acc[R][P][kVecsPerPanel];
  const float* b = g.b + panel * g.b_panel;
  KEDGE_UNROLL for (int i = 0; i < R; ++i) {
    KEDGE_UNROLL for (int p = 0; p < P; ++p) {
      KEDGE_UNROLL for (int v = 0; v < kVecsPerPanel; ++v) {
        const int64_t column = (panel + p) * kPanel + v * kWidth;
        acc[i][p][v] = g.start == Start::zero   ? set1(0.0f)
                       : g.start == Start::bias ? load(g.bias + column)
                                                : load(g.c + i * g.c_row + column);
      }
    }
  }
  for (int64_t l = 0; l < g.k; ++l) {
    KEDGE_UNROLL for (int p = 0; p < P; ++p) {
      typename Step::B bv[kVecsPerPanel];
      KEDGE_UNROLL for (int v = 0; v < kVecsPerPanel; ++v) {
        bv[v] = Step::load_b(b + p * g.b_panel + l * kPanel + v * kWidth);
      }
      __builtin_prefetch(b + p * g.b_panel + (l + kThinAhead) * kPanel, 0, 2);
      __builtin_prefetch(b + p * g.b_panel + (l + kThinAhead) * kPanel + 16, 0, 2);
      KEDGE_UNROLL for (int i = 0; i < R; ++i) {
        Step::run(a + i * a_row + l * Step::kAFloats, 1, bv, acc[i][p]);
      }
    }
  }
  KEDGE_UNROLL for (int i = 0; i < R; ++i) {
    KEDGE_UNROLL for (int p = 0; p < P; ++p) {
      KEDGE_UNROLL for (int v = 0; v < kVecsPerPanel; ++v) {
        store(g.c + i * g.c_row + (panel + p) * kPanel + v * kWidth, acc[i][p][v]);
      }
    }
  }
}

#if defined(KEDGE_PATH_avx512)
constexpr int kThinPanels[4] = {0, 2, 4, 2};
#elif defined(KEDGE_PATH_avx2)
constexpr int kThinPanels[4] = {0, 2, 1, 1};
#else
constexpr int kThinPanels[4] = {0, 1, 1, 1};
#endif

// How many whole panels were done.
template <class Step>
KEDGE_INLINE int64_t thin_panels(const GemmCall& g) {
  const int64_t whole = g.n / kPanel, step = kThinPanels[g.m];
  const float* a = g.a;
  int64_t a_row = g.a_row;
  if constexpr (Step::kTerms == 2) {
    a_row = 2 * g.k;
    a = g.scratch;
    for (int64_t i = 0; i < g.m; ++i) {
      float* row = g.scratch + i * a_row;
      for (int64_t l = 0; l < a_row; ++l) row[l] = l < g.a_terms ? g.a[i * g.a_row + l] : 0.0f;
      Step::finish_a(row, g.k, 1);
    }
  }
  int64_t panel = 0;
  for (; panel + step <= whole; panel += step) {
    switch (g.m) {
      case 1: thin_tile<Step, 1, kThinPanels[1]>(g, a, a_row, panel); break;
      case 2: thin_tile<Step, 2, kThinPanels[2]>(g, a, a_row, panel); break;
      default: thin_tile<Step, 3, kThinPanels[3]>(g, a, a_row, panel); break;
    }
  }
  return panel;
}

constexpr int64_t kDirectColumns = 192;

struct Block {
  int64_t first_row, first_k, depth;
  const float* a_tiles;  // null: A is read where it lies
  const float* b;        // panel j of this depth at b + j * b_panel
  int64_t b_panel;
  int64_t next = 0;      // floats from what is read of B to what is read after it
};

template <class Step>
KEDGE_INLINE void run_panel(const GemmCall& g, const Block& block, const Tiling& tiling,
                            int64_t column) {
  const Start start = block.first_k == 0 ? g.start : Start::accumulate;
  const int64_t columns = min_of(kPanel, g.n - column);
  const bool last = column + kPanel >= g.n;
  const float* b = block.b + column / kPanel * block.b_panel;
  float* c = g.c + block.first_row * g.c_row + column;
  for (int64_t t = 0; t < tiling.tiles; ++t) {
    const int64_t begin = tiling.begin(t), rows = tiling.count(t);
    TileCall call = {block.depth,
                     {block.a_tiles + tiling.place(t, block.depth * Step::kTerms), 1, rows * Step::kAFloats},
                     b,
                     kPanel,
                     c + begin * g.c_row,
                     g.c_row,
                     g.bias == nullptr ? nullptr : g.bias + column};
    call.a_part = rows;
    if (block.a_tiles == nullptr) {
      call.a = {g.a + (block.first_row + begin) * g.a_row + block.first_k, g.a_row, 1};
    }
    // Past the end of B this asks for what nobody needs, which harms nobody.
    call.next_b = b + block.next + t * block.depth * kPanel / tiling.tiles;
    call.next_b_step = kPanel / tiling.tiles;
    call.next_b_pairs = tiling.tiles == 1;
    if (t + 1 < tiling.tiles) {
      call.next_c = call.c + rows * g.c_row;
    } else if (!last) {
      call.next_c = c + kPanel;
    }
    if (columns == kPanel) {
      if (block.a_tiles == nullptr) {
        tile<false>(rows, call, start);
      } else {
        tile<true, Step>(rows, call, start);
      }
    } else if (block.a_tiles == nullptr) {
      edge_tile<false>(rows, columns, call, start);
    } else {
      edge_tile<true, Step>(rows, columns, call, start);
    }
  }
}

// Packing A pays from some number of panels on.
template <class Step>
KEDGE_INLINE bool reads_a_directly(const GemmCall& g) {
  return Step::kTerms == 1 && g.a_step == 1 && g.n <= kDirectColumns;
}

// Few rows: all of A is packed, a panel is finished before the next.
template <class Step>
KEDGE_INLINE void few_rows(const GemmCall& g, int64_t first_panel) {
  const Tiling tiling(g.m);
  const bool direct = reads_a_directly<Step>(g);
  const int64_t deepest = gemm_depth(g), block_floats = gemm_block_floats(g);
  if (!direct) {
    float* a = g.scratch;
    for (int64_t k = 0; k < g.k; k += deepest, a += block_floats) {
      pack_a<Step>(g, tiling, 0, k, min_of(deepest, g.k - k), a);
    }
  }
  for (int64_t column = first_panel * kPanel; column < g.n; column += kPanel) {
    const float* a = g.scratch;
    for (int64_t k = 0; k < g.k; k += deepest, a += block_floats) {
      Block block = {0, k, min_of(deepest, g.k - k), direct ? nullptr : a, g.b + k * kPanel, g.b_panel};
      block.next = block.depth * kPanel;
      run_panel<Step>(g, block, tiling, column);
    }
  }
}

template <class Step>
void gemm_of(const GemmCall& g) {
  int64_t first_panel = 0;
  if (g.m <= 3 && g.b_row == 0 && g.a_step == 1) first_panel = thin_panels<Step>(g);
  if (first_panel * kPanel >= g.n) return;
  if (gemm_has_few_rows(g)) return few_rows<Step>(g, first_panel);
  const int64_t deepest = gemm_depth(g), tallest = gemm_rows(g);
  float* a_tiles = g.scratch;
  float* b_pack = g.scratch + gemm_a_floats(g);
  for (int64_t first_k = 0; first_k < g.k; first_k += deepest) {
    Block block = {0, first_k, min_of(deepest, g.k - first_k), a_tiles, g.b + first_k * kPanel,
                   g.b_panel};
    if (g.b_row != 0) {
      pack_b(g, first_k, block.depth, b_pack);
      block.b = b_pack;
      block.b_panel = block.depth * kPanel + kGemmGap;
    }
    block.next = block.b_panel;
    for (int64_t row = 0; row < g.m; row += tallest) {
      block.first_row = row;
      const Tiling tiling(min_of(tallest, g.m - row));
      if (reads_a_directly<Step>(g)) {
        block.a_tiles = nullptr;
      } else {
        pack_a<Step>(g, tiling, row, first_k, block.depth, a_tiles);
      }
      for (int64_t column = 0; column < g.n; column += kPanel) {
        run_panel<Step>(g, block, tiling, column);
      }
    }
  }
}

// Panels [first, last) of w [n, k], rows w_row apart.
inline void pack_panels(const float* w, int64_t w_row, int64_t n, int64_t k, int64_t first, int64_t last,
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

// One row of w as bf16 pairs.
inline void round_pairs(const float* x, int64_t n, float* pairs) {
  for (int64_t i = 0; i < (n + 1) / 2; ++i) {
    const uint32_t even = bf16_bits(x[2 * i]), odd = 2 * i + 1 < n ? bf16_bits(x[2 * i + 1]) : 0;
    pairs[i] = __builtin_bit_cast(float, even | odd << 16);
  }
}

// As pack_panels, in bf16 pairs over k; scratch: 32 * pairs floats.
inline void pack_pair_panels(const float* w, int64_t w_row, int64_t n, int64_t k, int64_t first,
                             int64_t last, float* out, float* scratch) {
  const int64_t pairs = (k + 1) / 2;
  for (int64_t panel = first; panel < last; ++panel) {
    const int64_t rows = min_of(kPanel, n - panel * kPanel);
    for (int64_t i = 0; i < rows; ++i) {
      round_pairs(w + (panel * kPanel + i) * w_row, k, scratch + i * pairs);
    }
    pack_panels(scratch, pairs, rows, pairs, 0, 1, out + panel * kPanel * pairs);
  }
}

// Row l of out [pairs][k]: rows 2l and 2l + 1 of w in pairs. Rows [first, last) of out.
inline void pair_rows(const float* w, int64_t w_row, int64_t n, int64_t k, int64_t first, int64_t last,
                      float* out) {
  for (int64_t l = first; l < last; ++l) {
    const float* even = w + 2 * l * w_row;
    const bool whole = 2 * l + 1 < n;
    for_vectors(k, [&](int64_t i, auto read, auto write) {
      const Vec odd = whole ? read(even + w_row + i) : set1(0.0f);
      write(out + l * k + i, join_pair(round_bf16(read(even + i)), round_bf16(odd)));
    });
  }
}

}  // namespace kedge::KEDGE_PATH
