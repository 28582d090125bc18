#include <algorithm>
#include <cmath>
#include <vector>

#include "model/ops_reference.h"

namespace kedge::reference {

namespace {

// Keys and values of one KV head in the order of the context, whatever memory they came from: the
// packed and the paged forward meet here, and give the same bits.
struct ContextMemory {
  std::vector<float> keys;    // [n, D]
  std::vector<float> values;  // [n, D]
};

// Columns of a q|k|v row.
struct Columns {
  explicit Columns(const AttentionShape& shape)
      : D(shape.head_dim), k0(shape.heads * D), v0(k0 + shape.kv_heads * D) {}
  int64_t q(int64_t head) const { return head * D; }
  int64_t k(int64_t kv_head) const { return k0 + kv_head * D; }
  int64_t v(int64_t kv_head) const { return v0 + kv_head * D; }
  int64_t D, k0, v0;
};

// out = sum_j p_j v_j with p = softmax(scale q.k_j) over the first n keys; returns log sum_j exp.
double attend(const float* q, const ContextMemory& memory, int64_t n, const AttentionShape& shape,
              float* out) {
  const int64_t D = shape.head_dim;
  std::vector<double> p(n), sum_v(D, 0.0);
  for (int64_t j = 0; j < n; ++j) p[j] = shape.scale * dot(q, memory.keys.data() + j * D, D);
  const double max = *std::max_element(p.begin(), p.end());
  double sum = 0.0;
  for (int64_t j = 0; j < n; ++j) sum += p[j] = std::exp(p[j] - max);
  for (int64_t j = 0; j < n; ++j) {
    const float* v = memory.values.data() + j * D;
    for (int64_t d = 0; d < D; ++d) sum_v[d] += p[j] * v[d];
  }
  for (int64_t d = 0; d < D; ++d) out[d] = static_cast<float>(sum_v[d] / sum);
  return max + std::log(sum);
}

// Token indices of a segment's context: its ancestors, then itself.
std::vector<int32_t> context_tokens(const SegmentLayout& layout, int32_t segment) {
  std::vector<int32_t> tokens;
  for (const int32_t s : layout.lineage(segment)) {
    for (int32_t t = layout.segments[s].begin; t < layout.segments[s].end; ++t) tokens.push_back(t);
  }
  return tokens;
}

void append(const float* data, int64_t count, int64_t stride, std::vector<float>& to) {
  for (int64_t i = 0; i < count; ++i) to.push_back(data[i * stride]);
}

ContextMemory gather(const TensorView& qkv_TC, const std::vector<int32_t>& tokens,
                     const Columns& at, int64_t kv_head) {
  ContextMemory memory;
  for (const int32_t t : tokens) {
    append(row(qkv_TC, t) + at.k(kv_head), at.D, 1, memory.keys);
    append(row(qkv_TC, t) + at.v(kv_head), at.D, 1, memory.values);
  }
  return memory;
}

ContextMemory gather(const KvLayer& kv, const PagedRow& paged, const Columns& at, int64_t kv_head) {
  ContextMemory memory;
  const int32_t length = paged.first_position + paged.end - paged.begin;
  for (int32_t position = 0; position < length; ++position) {
    const int32_t block = paged.blocks[position / kKvBlock], slot = position % kKvBlock;
    append(row(kv.keys, block, kv_head) + slot, at.D, kKvBlock, memory.keys);
    append(row(kv.values, block, kv_head) + slot * at.D, at.D, 1, memory.values);
  }
  return memory;
}

void write_kv(const PagedRow& paged, const TensorView& qkv_TC, const Columns& at, int64_t kv_heads,
              const KvLayer& kv) {
  for (int32_t t = paged.begin; t < paged.end; ++t) {
    const int32_t position = paged.first_position + t - paged.begin;
    const int32_t block = paged.blocks[position / kKvBlock], slot = position % kKvBlock;
    for (int64_t h = 0; h < kv_heads; ++h) {
      const float* k = row(qkv_TC, t) + at.k(h);
      const float* v = row(qkv_TC, t) + at.v(h);
      float* keys = row(kv.keys, block, h) + slot;
      for (int64_t d = 0; d < at.D; ++d) keys[d * kKvBlock] = k[d];
      std::copy_n(v, at.D, row(kv.values, block, h) + slot * at.D);
    }
  }
}

// The part of a packed batch's backward that belongs to one tree and one KV head:
//   p = exp(scale q.k - lse),  ds_j = p_j (dout.v_j - dout.out)
//   dq = scale sum_j ds_j k_j,  dk_j = scale sum_q ds_j q,  dv_j = sum_q p_j dout
class TreeBackward {
 public:
  TreeBackward(const AttentionShape& shape, const TensorView& qkv_TC, const TensorView& out_THD,
               const TensorView& lse_TH, const TensorView& dout_THD, const TensorView& dqkv_TC)
      : shape_(shape),
        at_(shape),
        qkv_(qkv_TC),
        out_(out_THD),
        lse_(lse_TH),
        dout_(dout_THD),
        dqkv_(dqkv_TC) {}

  void run(const SegmentLayout& layout, int32_t tree, int64_t kv_head) {
    const int32_t first = layout.tree_begin[tree], last = layout.tree_begin[tree + 1];
    begin_ = layout.segments[first].begin;
    const int32_t end = layout.segments[last - 1].end;
    dk_.assign((end - begin_) * at_.D, 0.0);
    dv_.assign((end - begin_) * at_.D, 0.0);
    for (int32_t s = first; s < last; ++s) {
      const SegmentSpan& span = layout.segments[s];
      const std::vector<int32_t> tokens = context_tokens(layout, s);
      for (int32_t t = span.begin; t < span.end; ++t) {
        const int64_t n = span.first_position + t - span.begin + 1;
        for (int64_t g = 0; g < group(); ++g) query(t, kv_head * group() + g, tokens, n);
      }
    }
    for (int32_t t = begin_; t < end; ++t) {
      store(dk_.data() + (t - begin_) * at_.D, row(dqkv_, t) + at_.k(kv_head));
      store(dv_.data() + (t - begin_) * at_.D, row(dqkv_, t) + at_.v(kv_head));
    }
  }

 private:
  int64_t group() const { return shape_.heads / shape_.kv_heads; }

  void store(const double* from, float* to) const {
    for (int64_t d = 0; d < at_.D; ++d) to[d] = static_cast<float>(from[d]);
  }

  void query(int32_t t, int64_t head, const std::vector<int32_t>& tokens, int64_t n) {
    const int64_t D = at_.D, kv_head = head / group();
    const float* q = row(qkv_, t) + at_.q(head);
    const float* dout = row(dout_, t, head);
    const double delta = dot(dout, row(out_, t, head), D);
    const double lse = row(lse_, t)[head];
    std::vector<double> dq(D, 0.0);
    for (int64_t j = 0; j < n; ++j) {
      const float* k = row(qkv_, tokens[j]) + at_.k(kv_head);
      const float* v = row(qkv_, tokens[j]) + at_.v(kv_head);
      const double p = std::exp(shape_.scale * dot(q, k, D) - lse);
      const double ds = shape_.scale * p * (dot(dout, v, D) - delta);
      double* dk = dk_.data() + (tokens[j] - begin_) * D;
      double* dv = dv_.data() + (tokens[j] - begin_) * D;
      for (int64_t d = 0; d < D; ++d) {
        dq[d] += ds * k[d];
        dk[d] += ds * q[d];
        dv[d] += p * dout[d];
      }
    }
    store(dq.data(), row(dqkv_, t) + at_.q(head));
  }

  const AttentionShape& shape_;
  Columns at_;
  const TensorView &qkv_, &out_, &lse_, &dout_, &dqkv_;
  int32_t begin_ = 0;
  std::vector<double> dk_, dv_;  // [tokens of the tree, D]
};

class Attention : public AttentionOp {
 public:
  void forward(Context& context, const AttentionShape& shape, const SegmentLayout& layout,
               const TensorView& qkv_TC, const TensorView& out_THD,
               const TensorView& lse_TH) const override {
    const Columns at(shape);
    const auto segments = static_cast<int64_t>(layout.segments.size());
    parallel_for(context, segments * shape.kv_heads, [&](int64_t i) {
      const auto segment = static_cast<int32_t>(i / shape.kv_heads);
      const SegmentSpan& span = layout.segments[segment];
      const ContextMemory memory =
          gather(qkv_TC, context_tokens(layout, segment), at, i % shape.kv_heads);
      for (int32_t t = span.begin; t < span.end; ++t) {
        const int64_t n = span.first_position + t - span.begin + 1;
        attend_group(shape, qkv_TC, t, i % shape.kv_heads, memory, n, out_THD, lse_TH);
      }
    });
  }

  void backward(Context& context, const AttentionShape& shape, const SegmentLayout& layout,
                const TensorView& qkv_TC, const TensorView& out_THD, const TensorView& lse_TH,
                const TensorView& dout_THD, const TensorView& dqkv_TC) const override {
    parallel_for(context, layout.num_trees() * shape.kv_heads, [&](int64_t i) {
      TreeBackward(shape, qkv_TC, out_THD, lse_TH, dout_THD, dqkv_TC)
          .run(layout, static_cast<int32_t>(i / shape.kv_heads), i % shape.kv_heads);
    });
  }

  void forward_paged(Context& context, const AttentionShape& shape, const PagedLayout& layout,
                     const TensorView& qkv_TC, const KvLayer& kv, const TensorView& out_THD,
                     const TensorView& lse_TH) const override {
    const Columns at(shape);
    for (const PagedRow& paged : layout.rows) write_kv(paged, qkv_TC, at, shape.kv_heads, kv);
    const auto rows = static_cast<int64_t>(layout.rows.size());
    parallel_for(context, rows * shape.kv_heads, [&](int64_t i) {
      const PagedRow& paged = layout.rows[i / shape.kv_heads];
      const ContextMemory memory = gather(kv, paged, at, i % shape.kv_heads);
      for (int32_t t = paged.begin; t < paged.end; ++t) {
        const int64_t n = paged.first_position + t - paged.begin + 1;
        attend_group(shape, qkv_TC, t, i % shape.kv_heads, memory, n, out_THD, lse_TH);
      }
    });
  }

 private:
  // All query heads of one KV head for the query of token t, which sees the first n keys.
  static void attend_group(const AttentionShape& shape, const TensorView& qkv_TC, int32_t t,
                           int64_t kv_head, const ContextMemory& memory, int64_t n,
                           const TensorView& out_THD, const TensorView& lse_TH) {
    const int64_t group = shape.heads / shape.kv_heads;
    for (int64_t head = kv_head * group; head < (kv_head + 1) * group; ++head) {
      const float* q = row(qkv_TC, t) + Columns(shape).q(head);
      const double lse = attend(q, memory, n, shape, row(out_THD, t, head));
      if (!lse_TH.empty()) row(lse_TH, t)[head] = static_cast<float>(lse);
    }
  }
};

}  // namespace

std::unique_ptr<AttentionOp> attention_op() {
  return std::make_unique<Attention>();
}

}  // namespace kedge::reference
