// Attention kernels (attention.h). The law: a score is one chain over the head dimension, times scale;
// probabilities are exp(score - max); their sum and every output element are one chain each over keys
// in logical order; then one division. Which lanes, tiles and runs that takes is free.
#pragma once
#include "model/kernels/attention.h"
#include "model/kernels/exp_impl.h"
#include "model/kernels/rows_impl.h"
#include "model/kernels/tile_impl.h"
#include "model/kernels/transpose_impl.h"

namespace kedge::KEDGE_PATH {

constexpr int kRowVecs = kQueryRows / kWidth;

KEDGE_INLINE void copy_row(const float* from, int64_t n, int64_t padded, float* to) {
  for_vectors(n, [&](int64_t i, auto read, auto write) { write(to + i, read(from + i)); });
  for (int64_t i = n; i < padded; ++i) to[i] = 0.0f;
}

// rows_QD [32][padded] and columns_DQ [d][32] from up to 32 scattered rows; missing rows are 0.
KEDGE_INLINE void gather(const float* const* rows, int64_t count, int64_t d, float* rows_QD,
                         float* columns_DQ) {
  const int64_t padded = padded_dim(d);
  for (int64_t r = 0; r < kQueryRows; ++r) {
    copy_row(r < count ? rows[r] : nullptr, r < count ? d : 0, padded, rows_QD + r * padded);
  }
  transpose_rows(rows_QD, padded, 16, d, columns_DQ, kQueryRows);
  transpose_rows(rows_QD + 16 * padded, padded, 16, d, columns_DQ + 16, kQueryRows);
}

// out[j][32] = sum_e k(j, e) columns[e][32] for `count` keys from key `first` of a run.
KEDGE_INLINE void key_products(const float* data, int64_t row, int64_t step, int64_t count, int64_t d,
                               const float* columns_DQ, float* out) {
  const int64_t tiles = (count + kTileRows - 1) / kTileRows;
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t begin = t * count / tiles, rows = (t + 1) * count / tiles - begin;
    TileCall call = {d,          {data + begin * row, row, step},  columns_DQ, kQueryRows,
                     out + begin * kQueryRows, kQueryRows, nullptr};
    call.next_b = columns_DQ;
    if (row == 1) {
      tile<true>(rows, call, Start::zero);
    } else {
      tile<false>(rows, call, Start::zero);
    }
  }
}

struct Lanes {
  Vec v[kRowVecs];
  KEDGE_INLINE static Lanes all(float x) {
    Lanes out;
    for (int i = 0; i < kRowVecs; ++i) out.v[i] = set1(x);
    return out;
  }
  KEDGE_INLINE static Lanes of(const float* p) {
    Lanes out;
    for (int i = 0; i < kRowVecs; ++i) out.v[i] = load(p + i * kWidth);
    return out;
  }
  KEDGE_INLINE void put(float* p) const {
    for (int i = 0; i < kRowVecs; ++i) store(p + i * kWidth, v[i]);
  }
};

KEDGE_INLINE void limits_as_floats(const int32_t* limit, int64_t rows, float* out) {
  for (int64_t r = 0; r < kQueryRows; ++r) out[r] = r < rows ? static_cast<float>(limit[r]) : 1.0f;
}

KEDGE_INLINE int64_t largest_limit(const int32_t* limit, int64_t rows) {
  int64_t most = 0;
  for (int64_t r = 0; r < rows; ++r) most = limit[r] > most ? limit[r] : most;
  return most;
}

KEDGE_INLINE int64_t smallest_limit(const int32_t* limit, int64_t rows) {
  int64_t least = limit[0];
  for (int64_t r = 1; r < rows; ++r) least = limit[r] < least ? limit[r] : least;
  return least;
}

// Scores to probabilities in place; strip [keys][32].
KEDGE_INLINE void softmax_strip(StripCall& c, int64_t keys, float* strip, float* sums) {
  alignas(64) float limits[kQueryRows], largest[kQueryRows];
  limits_as_floats(c.limit, c.rows, limits);
  const Lanes limit = Lanes::of(limits);
  const int64_t seen_by_all = smallest_limit(c.limit, c.rows);
  const Vec scale = set1(c.keys.scale), hidden = set1(-__builtin_inff());
  Lanes best = Lanes::all(-__builtin_inff());
  for (int64_t j = 0; j < keys; ++j) {
    float* row = strip + j * kQueryRows;
    const Vec index = set1(static_cast<float>(j));
    for (int i = 0; i < kRowVecs; ++i) {
      Vec z = mul(load(row + i * kWidth), scale);
      if (j >= seen_by_all) z = if_less(index, limit.v[i], z, hidden);
      best.v[i] = max(z, best.v[i]);
      store(row + i * kWidth, z);
    }
  }
  Lanes sum = Lanes::all(0.0f);
  for (int64_t j = 0; j < keys; ++j) {
    float* row = strip + j * kQueryRows;
    for (int i = 0; i < kRowVecs; ++i) {
      const Vec p = exp(sub(load(row + i * kWidth), best.v[i]));
      sum.v[i] = add(sum.v[i], p);
      store(row + i * kWidth, p);
    }
  }
  best.put(largest);
  sum.put(sums);
  for (int64_t r = 0; r < kQueryRows; ++r) c.lse[r] = lse_of(largest[r], sums[r]);
}

// out[q][columns] (start) += sum over `count` keys ascending of weights[key][q] rows[key][columns].
KEDGE_INLINE void weighted_rows(const float* weights, int64_t queries, const float* rows, int64_t row,
                                int64_t count, int64_t padded, bool first, float* out) {
  const int64_t tiles = (queries + kTileRows - 1) / kTileRows;
  for (int64_t column = 0; column < padded; column += kPanel) {
    for (int64_t t = 0; t < tiles; ++t) {
      const int64_t begin = t * queries / tiles, some = (t + 1) * queries / tiles - begin;
      TileCall call = {count,        {weights + begin, 1, kQueryRows},
                       rows + column, row,
                       out + begin * padded + column, padded, nullptr};
      call.next_b = rows;
      tile<true>(some, call, first ? Start::zero : Start::accumulate);
    }
  }
}

void attend_strip(StripCall& c) {
  const int64_t d = c.keys.head_dim, padded = padded_dim(d);
  const int64_t keys = largest_limit(c.limit, c.rows);
  float* rows_QD = c.scratch;
  float* columns_DQ = rows_QD + kQueryRows * padded;
  float* out_QD = columns_DQ + kQueryRows * padded + 16;
  float* strip = out_QD + kQueryRows * padded;
  gather(c.q, c.rows, d, rows_QD, columns_DQ);
  for (int64_t i = 0; i < c.keys.count; ++i) {
    const KeyRun& run = c.keys.runs[i];
    if (run.first >= keys) break;
    key_products(run.k, run.k_row, run.k_step, min_of(run.count, keys - run.first), d, columns_DQ,
                 strip + run.first * kQueryRows);
  }
  alignas(64) float sums[kQueryRows];
  softmax_strip(c, keys, strip, sums);
  for (int64_t i = 0; i < c.keys.count; ++i) {
    const KeyRun& run = c.keys.runs[i];
    if (run.first >= keys) break;
    weighted_rows(strip + run.first * kQueryRows, c.rows, run.v, run.v_row,
                  min_of(run.count, keys - run.first), padded, i == 0, out_QD);
  }
  for (int64_t r = 0; r < c.rows; ++r) {
    const Vec sum = set1(sums[r]), zero = set1(0.0f);
    const float* from = out_QD + r * padded;
    // + 0 turns a -0, which hidden keys might or might not have turned already, into +0.
    for_vectors(d, [&](int64_t i, auto read, auto write) {
      write(c.out[r] + i, div(add(read(from + i), zero), sum));
    });
  }
}

// ---- decode: one token, lanes over keys for scores and over dimensions for values -----------------

KEDGE_INLINE int64_t strip_row_of(const DecodeCall& c) { return (c.limit + 15) / 16 * 16; }

// Scores of H heads against B blocks of 16 keys from block `block`.
template <int H, int B>
KEDGE_INLINE void decode_scores(const DecodeCall& c, int64_t head, int64_t block, int64_t strip_row) {
  const int64_t d = c.keys.head_dim;
  Vec acc[H][B * kVecs16];
  KEDGE_UNROLL for (int h = 0; h < H; ++h) {
    KEDGE_UNROLL for (int v = 0; v < B * kVecs16; ++v) acc[h][v] = set1(0.0f);
  }
  // Every block lies elsewhere, so the hardware cannot know the next ones.
  const float *k[B], *next[B];
  KEDGE_UNROLL for (int b = 0; b < B; ++b) {
    k[b] = c.keys.runs[block + b].k;
    next[b] = block + B + b < c.keys.count ? c.keys.runs[block + B + b].k : k[b];
  }
  const float* q = c.q + head * d;
  for (int64_t e = 0; e < d; ++e) {
    Vec qv[H];
    KEDGE_UNROLL for (int h = 0; h < H; ++h) qv[h] = set1(q[h * d + e]);
    KEDGE_UNROLL for (int b = 0; b < B; ++b) {
      __builtin_prefetch(next[b] + e * 16, 0, 2);
      KEDGE_UNROLL for (int v = 0; v < kVecs16; ++v) {
        const Vec kv = load(k[b] + e * 16 + v * kWidth);
        KEDGE_UNROLL for (int h = 0; h < H; ++h) {
          acc[h][b * kVecs16 + v] = fma(kv, qv[h], acc[h][b * kVecs16 + v]);
        }
      }
    }
  }
  const Vec scale = set1(c.keys.scale);
  KEDGE_UNROLL for (int h = 0; h < H; ++h) {
    KEDGE_UNROLL for (int v = 0; v < B * kVecs16; ++v) {
      store(c.scratch + (head + h) * strip_row + block * 16 + v * kWidth, mul(acc[h][v], scale));
    }
  }
}

// Blocks at once so that enough chains are in flight.
#if defined(KEDGE_PATH_avx512)
constexpr int kDecodeBlocks[5] = {0, 8, 4, 4, 2};
#elif defined(KEDGE_PATH_avx2)
constexpr int kDecodeBlocks[5] = {0, 4, 2, 1, 1};
#else
constexpr int kDecodeBlocks[5] = {0, 1, 1, 1, 1};
#endif

template <int H>
KEDGE_INLINE void decode_all_scores(const DecodeCall& c, int64_t head, int64_t strip_row) {
  constexpr int kBlocks = kDecodeBlocks[H];
  const int64_t blocks = (c.limit + 15) / 16;
  int64_t block = 0;
  for (; block + kBlocks <= blocks; block += kBlocks) {
    decode_scores<H, kBlocks>(c, head, block, strip_row);
  }
  for (; block < blocks; ++block) decode_scores<H, 1>(c, head, block, strip_row);
}

// Scores to probabilities in place; returns the largest score.
KEDGE_INLINE float softmax_scores(float* p, int64_t n) {
  Vec best[kVecs16];
  for (int v = 0; v < kVecs16; ++v) best[v] = set1(-__builtin_inff());
  for (int64_t j = n; j < (n + 15) / 16 * 16; ++j) p[j] = -__builtin_inff();
  for (int64_t j = 0; j < n; j += 16) {
    for (int v = 0; v < kVecs16; ++v) best[v] = max(load(p + j + v * kWidth), best[v]);
  }
  const float largest = max_lane16(best);
  const Vec shift = set1(largest);
  for (int64_t j = 0; j < n; j += kWidth) store(p + j, exp(sub(load(p + j), shift)));
  return largest;
}

// Chains of H heads over all keys, for NV vectors of dimensions from `e`; kSum adds the chain of p.
template <int H, int NV, bool kSum, class Read, class Write>
KEDGE_INLINE void decode_values(const DecodeCall& c, int64_t head, int64_t e, float* sums, Read read,
                                Write write) {
  const int64_t strip_row = strip_row_of(c);
  const int64_t d = c.keys.head_dim;
  Vec acc[H][NV];
  float sum[H];
  KEDGE_UNROLL for (int h = 0; h < H; ++h) {
    sum[h] = kSum ? 0.0f : sums[h];
    KEDGE_UNROLL for (int v = 0; v < NV; ++v) acc[h][v] = set1(0.0f);
  }
  const float* p = c.scratch + head * strip_row;
  int64_t j = 0;
  for (int64_t i = 0; j < c.limit; ++i) {
    const KeyRun& run = c.keys.runs[i];
    const int64_t count = min_of(run.count, c.limit - j);
    const float* row = run.v + e;
    const float* next = i + 1 < c.keys.count ? c.keys.runs[i + 1].v + e : row;
    for (int64_t key = 0; key < count; ++key, ++j, row += run.v_row, next += run.v_row) {
      KEDGE_UNROLL for (int v = 0; v < NV * kWidth; v += 16) __builtin_prefetch(next + v, 0, 2);
      Vec vv[NV];
      KEDGE_UNROLL for (int v = 0; v < NV; ++v) vv[v] = read(row + v * kWidth);
      KEDGE_UNROLL for (int h = 0; h < H; ++h) {
        const float ph = p[h * strip_row + j];
        const Vec pv = set1(ph);
        if (kSum) sum[h] = sum[h] + ph;
        KEDGE_UNROLL for (int v = 0; v < NV; ++v) acc[h][v] = fma(pv, vv[v], acc[h][v]);
      }
    }
  }
  KEDGE_UNROLL for (int h = 0; h < H; ++h) {
    if (kSum) sums[h] = sum[h];
    KEDGE_UNROLL for (int v = 0; v < NV; ++v) {
      write(c.out + (head + h) * d + e + v * kWidth,
            div(add(acc[h][v], set1(0.0f)), set1(sum[h])));
    }
  }
}

// As many whole groups of NV vectors of dimensions as are left from e on; returns where they end.
template <int H, int NV>
KEDGE_INLINE int64_t decode_dims(const DecodeCall& c, int64_t head, int64_t e, float* sums) {
  const auto read = [](const float* p) { return load(p); };
  const auto write = [](float* p, Vec a) { store(p, a); };
  for (; e + NV * kWidth <= c.keys.head_dim; e += NV * kWidth) {
    if (e == 0) {
      decode_values<H, NV, true>(c, head, e, sums, read, write);
    } else {
      decode_values<H, NV, false>(c, head, e, sums, read, write);
    }
  }
  return e;
}

template <int H>
void decode_heads(const DecodeCall& c, int64_t head) {
  const int64_t strip_row = strip_row_of(c);
  decode_all_scores<H>(c, head, strip_row);
  float largest[H], sums[H] = {};
  for (int h = 0; h < H; ++h) {
    largest[h] = softmax_scores(c.scratch + (head + h) * strip_row, c.limit);
  }
  const int64_t d = c.keys.head_dim;
  int64_t e = decode_dims<H, 4>(c, head, 0, sums);
  e = decode_dims<H, 2>(c, head, e, sums);
  e = decode_dims<H, 1>(c, head, e, sums);
  if (e < d) {
    const int64_t lanes = d - e;
    const auto read = [lanes](const float* p) { return load_part(p, lanes); };
    const auto write = [lanes](float* p, Vec a) { store_part(p, a, lanes); };
    if (e == 0) {
      decode_values<H, 1, true>(c, head, e, sums, read, write);
    } else {
      decode_values<H, 1, false>(c, head, e, sums, read, write);
    }
  }
  for (int h = 0; h < H; ++h) c.lse[head + h] = lse_of(largest[h], sums[h]);
}

void attend_decode(const DecodeCall& c) {
  int64_t head = 0;
  for (; head + 4 <= c.heads; head += 4) decode_heads<4>(c, head);
  switch (c.heads - head) {
    case 3: return decode_heads<3>(c, head);
    case 2: return decode_heads<2>(c, head);
    case 1: return decode_heads<1>(c, head);
    default: return;
  }
}

// ---- backward ----------------------------------------------------------------------------------

struct BackwardScratch {
  float *q_QD, *q_DQ, *dout_QD, *dout_DQ, *dq_QD, *p, *ds;
  KEDGE_INLINE BackwardScratch(float* memory, int64_t padded) {
    const int64_t part = kQueryRows * padded;
    q_QD = memory;
    dout_QD = q_QD + part;
    dq_QD = dout_QD + part;
    p = dq_QD + part;
    ds = p + kBackwardKeys * kQueryRows;
    q_DQ = ds + kBackwardKeys * kQueryRows;
    dout_DQ = q_DQ + part + 16;
  }
};

// p = exp(s scale - lse), ds = (p (dp - delta)) scale, both 0 where the row does not see the key.
KEDGE_INLINE void backward_scores(const StripBackwardCall& c, int64_t first, int64_t count,
                                  const float* lse, const float* delta, const float* limits,
                                  bool partly_hidden, float* p, float* ds) {
  const Vec scale = set1(c.keys.scale), zero = set1(0.0f);
  for (int64_t j = 0; j < count; ++j) {
    const Vec index = set1(static_cast<float>(first + j));
    for (int i = 0; i < kRowVecs; ++i) {
      const int64_t at = j * kQueryRows + i * kWidth;
      Vec prob = exp(sub(mul(load(p + at), scale), load(lse + i * kWidth)));
      if (partly_hidden) prob = if_less(index, load(limits + i * kWidth), prob, zero);
      const Vec slope = mul(mul(prob, sub(load(ds + at), load(delta + i * kWidth))), scale);
      store(p + at, prob);
      store(ds + at, slope);
    }
  }
}

// grad[key][columns] += sum over query rows ascending of weights[key][row] rows_QD[row][columns].
KEDGE_INLINE void key_gradients(const float* weights, int64_t keys, const float* rows_QD,
                                int64_t queries, int64_t padded, float* grad) {
  const int64_t tiles = (keys + kTileRows - 1) / kTileRows;
  for (int64_t column = 0; column < padded; column += kPanel) {
    for (int64_t t = 0; t < tiles; ++t) {
      const int64_t begin = t * keys / tiles, some = (t + 1) * keys / tiles - begin;
      TileCall call = {queries,          {weights + begin * kQueryRows, kQueryRows, 1},
                       rows_QD + column, padded,
                       grad + begin * padded + column, padded, nullptr};
      call.next_b = rows_QD;
      tile<false>(some, call, Start::accumulate);
    }
  }
}

void attend_strip_backward(const StripBackwardCall& c) {
  const int64_t d = c.keys.head_dim, padded = padded_dim(d);
  const int64_t keys = largest_limit(c.limit, c.rows), least = smallest_limit(c.limit, c.rows);
  const BackwardScratch s(c.scratch, padded);
  alignas(64) float limits[kQueryRows], lse[kQueryRows], delta[kQueryRows];
  limits_as_floats(c.limit, c.rows, limits);
  for (int64_t r = 0; r < kQueryRows; ++r) {
    lse[r] = r < c.rows ? c.lse[r] : 0.0f;
    delta[r] = r < c.rows ? dot16(c.dout[r], c.out[r], d) : 0.0f;
  }
  gather(c.q, c.rows, d, s.q_QD, s.q_DQ);
  gather(c.dout, c.rows, d, s.dout_QD, s.dout_DQ);
  for (int64_t i = 0; i < c.keys.count && c.keys.runs[i].first < keys; ++i) {
    const KeyRun& run = c.keys.runs[i];
    const int64_t seen = min_of(run.count, keys - run.first);
    for (int64_t j = 0; j < seen; j += kBackwardKeys) {
      const int64_t count = min_of(kBackwardKeys, seen - j), first = run.first + j;
      key_products(run.k + j * run.k_row, run.k_row, run.k_step, count, d, s.q_DQ, s.p);
      key_products(run.v + j * run.v_row, run.v_row, 1, count, d, s.dout_DQ, s.ds);
      backward_scores(c, first, count, lse, delta, limits, first + count > least, s.p, s.ds);
      key_gradients(s.p, count, s.dout_QD, c.rows, padded, run.dv + j * padded);
      key_gradients(s.ds, count, s.q_QD, c.rows, padded, run.dk + j * padded);
      weighted_rows(s.ds, c.rows, run.k + j * run.k_row, run.k_row, count, padded, first == 0,
                    s.dq_QD);
    }
  }
  for (int64_t r = 0; r < c.rows; ++r) copy_row(s.dq_QD + r * padded, d, d, c.dq[r]);
}

}  // namespace kedge::KEDGE_PATH
