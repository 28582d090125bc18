// Row-wise kernels. Orders of sums: numerics.h.
#pragma once
#include "model/kernels/exp_impl.h"
#include "model/kernels/rows.h"

namespace kedge::KEDGE_PATH {

// Sixteen chains of fma over index mod 16, joined by the fixed tree; term(i, read) gives the factors.
template <class Term>
KEDGE_INLINE float sum16(int64_t n, Term term) {
  Vec acc[kVecs16];
  for (int v = 0; v < kVecs16; ++v) acc[v] = set1(0.0f);
  int64_t i = 0;
  const auto whole = [](const float* p) { return load(p); };
  for (; i + 16 <= n; i += 16) {
    for (int v = 0; v < kVecs16; ++v) acc[v] = term(i + v * kWidth, whole, acc[v]);
  }
  for (int v = 0; v < kVecs16; ++v) {
    const int64_t left = n - i - v * kWidth;
    if (left <= 0) break;
    const int64_t count = left < kWidth ? left : kWidth;
    // Lanes past the end add 0 * 0 to a sum that is never -0.
    acc[v] = term(i + v * kWidth, [count](const float* p) { return load_part(p, count); }, acc[v]);
  }
  float lane[16];
  for (int v = 0; v < kVecs16; ++v) store(lane + v * kWidth, acc[v]);
  return join16(lane);
}

float dot16(const float* a, const float* b, int64_t n) {
  return sum16(n, [&](int64_t i, auto read, Vec acc) { return fma(read(a + i), read(b + i), acc); });
}

float norm_row(const float* x, const float* w, int64_t n, float eps, float* y) {
  const float sum =
      sum16(n, [&](int64_t i, auto read, Vec acc) { return fma(read(x + i), read(x + i), acc); });
  const float rstd = 1.0f / sqrt_of(sum / static_cast<float>(n) + eps);
  const Vec scale = set1(rstd);
  for_vectors(n, [&](int64_t i, auto read, auto write) {
    write(y + i, mul(mul(read(x + i), scale), read(w + i)));
  });
  return rstd;
}

// dx = rstd g - x (rstd^3 / n) sum(g x), g = dy w.
void norm_backward_row(const float* dy, const float* x, const float* w, float rstd, int64_t n,
                       bool accumulate, float* dx) {
  const float dot = sum16(n, [&](int64_t i, auto read, Vec acc) {
    return fma(mul(read(dy + i), read(w + i)), read(x + i), acc);
  });
  const Vec factor = set1(-((dot / static_cast<float>(n)) * rstd * (rstd * rstd)));
  const Vec scale = set1(rstd);
  for_vectors(n, [&](int64_t i, auto read, auto write) {
    const Vec g = mul(read(dy + i), read(w + i));
    Vec out = fma(scale, g, mul(factor, read(x + i)));
    if (accumulate) out = add(read(dx + i), out);
    write(dx + i, out);
  });
}

void norm_weight(const NormWeightCall& c) {
  constexpr int kVecs = 4;
  int64_t j = c.begin;
  const auto walk = [&](auto read, auto write, int vecs, int64_t step) {
    Vec acc[kVecs];
    for (int v = 0; v < vecs; ++v) acc[v] = read(c.dw + j + v * step);
    for (int64_t t = 0; t < c.tokens; ++t) {
      for (int64_t g = 0; g < c.groups; ++g) {
        const Vec rstd = set1(c.rstd_TG[t * c.groups + g]);
        const float* dy = c.dy.row(t, g) + j;
        const float* x = c.x.row(t, g) + j;
        for (int v = 0; v < vecs; ++v) {
          acc[v] = fma(read(dy + v * step), mul(read(x + v * step), rstd), acc[v]);
        }
      }
    }
    for (int v = 0; v < vecs; ++v) write(c.dw + j + v * step, acc[v]);
  };
  const auto whole_read = [](const float* p) { return load(p); };
  const auto whole_write = [](float* p, Vec a) { store(p, a); };
  for (; j + kVecs * kWidth <= c.end; j += kVecs * kWidth) {
    walk(whole_read, whole_write, kVecs, kWidth);
  }
  for (; j + kWidth <= c.end; j += kWidth) walk(whole_read, whole_write, 1, kWidth);
  if (j < c.end) {
    const int64_t rest = c.end - j;
    walk([rest](const float* p) { return load_part(p, rest); },
         [rest](float* p, Vec a) { store_part(p, a, rest); }, 1, kWidth);
  }
}

// out[j] += sum over rows t ascending of x[t, j], columns [begin, end).
void add_columns(const float* x, int64_t rows, int64_t row, int64_t begin, int64_t end, float* out) {
  for (int64_t t = 0; t < rows; ++t) {
    const float* from = x + t * row;
    for_vectors(end - begin, [&](int64_t i, auto read, auto write) {
      const int64_t j = begin + i;
      write(out + j, add(read(out + j), read(from + j)));
    });
  }
}

// Pairs (i, i + half): (x1 c - x2 s, x2 c + x1 s); inverse uses -s.
void rope_row(float* x, const float* cos, const float* sin, int64_t half, bool inverse) {
  const Vec sign = set1(inverse ? -1.0f : 1.0f);
  for_vectors(half, [&](int64_t i, auto read, auto write) {
    const Vec c = read(cos + i), s = mul(sign, read(sin + i));
    const Vec x1 = read(x + i), x2 = read(x + half + i);
    write(x + i, fma(x1, c, mul(set1(-1.0f), mul(x2, s))));
    write(x + half + i, fma(x2, c, mul(x1, s)));
  });
}

KEDGE_INLINE Vec one_plus_exp_minus(Vec g) {
  return add(set1(1.0f), exp(mul(set1(-1.0f), g)));
}

// h = (g / (1 + exp(-g))) u.
void swiglu_row(const float* gate, const float* up, int64_t n, float* h) {
  for_vectors(n, [&](int64_t i, auto read, auto write) {
    const Vec g = read(gate + i);
    write(h + i, mul(div(g, one_plus_exp_minus(g)), read(up + i)));
  });
}

// s = 1 / (1 + exp(-g)); dup = dh (g s); dgate = (dh u) (s (1 + g (1 - s))).
void swiglu_backward_row(const float* dh, const float* gate, const float* up, int64_t n,
                         float* dgate, float* dup) {
  const Vec one = set1(1.0f);
  for_vectors(n, [&](int64_t i, auto read, auto write) {
    const Vec g = read(gate + i), u = read(up + i), d = read(dh + i);
    const Vec s = div(one, one_plus_exp_minus(g));
    const Vec slope = mul(s, fma(g, sub(one, s), one));
    write(dup + i, mul(d, mul(g, s)));
    write(dgate + i, mul(mul(d, u), slope));
  });
}

// out += x.
void add_row(const float* x, int64_t n, float* out) {
  for_vectors(n, [&](int64_t i, auto read, auto write) {
    write(out + i, add(read(out + i), read(x + i)));
  });
}

// Gradient of a row of logits from d loss / d logprob of its targets (numerics.h, head). On entry
// `logits` are logits, on return gradients; dz = -weight p - entropy_weight p (log p + entropy).
void dlogits_row(float* logits, int64_t n, const DlogitsCall& c) {
  const Vec scale = set1(c.inverse_temperature), lse = set1(-c.lse);
  const Vec weight = set1(-c.weight);
  const Vec entropy = set1(c.entropy), entropy_weight = set1(-c.entropy_weight);
  const bool plain = c.entropy_weight == 0.0f;
  for_vectors(n, [&](int64_t i, auto read, auto write) {
    const Vec logp = fma(read(logits + i), scale, lse);
    const Vec p = exp(logp);
    Vec dz = mul(weight, p);
    if (!plain) {
      // p (log p + H) is 0 where p is: log p may be -infinity there.
      const Vec term = mul(entropy_weight, mul(p, add(max(logp, set1(-0x1p100f)), entropy)));
      dz = add(dz, term);
    }
    write(logits + i, mul(dz, scale));
  });
}

}  // namespace kedge::KEDGE_PATH
