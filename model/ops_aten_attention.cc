// Attention over a packed forest as batched matrix products. Segments with the same parent are
// siblings: they are padded to one length and multiplied together, with their ancestors' keys as
// one matrix that no sibling copies.
//
// Legend: n siblings of at most L tokens, A ancestor tokens, H query heads, K KV heads, G = H / K,
// D head dim.
#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include "model/ops_aten.h"

namespace kedge::aten {

namespace {

constexpr float kMasked = -std::numeric_limits<float>::infinity();

struct Batch {
  int64_t n = 0, L = 0, A = 0;
  std::vector<int64_t> ancestors;  // [A] packed tokens
  std::vector<int64_t> own;        // [n L] packed tokens, padding repeats a segment's first
  std::vector<int64_t> valid;      // which of own are no padding
  std::vector<int64_t> tokens;     // own at valid
};

int32_t length_of(const SegmentSpan& span) {
  return span.end - span.begin;
}

Batch make_batch(const SegmentLayout& layout, std::span<const int32_t> siblings) {
  Batch batch;
  batch.n = static_cast<int64_t>(siblings.size());
  const int32_t parent = layout.segments[siblings.front()].parent;
  if (parent >= 0) {
    for (const int32_t s : layout.lineage(parent)) {
      const SegmentSpan& span = layout.segments[s];
      for (int32_t t = span.begin; t < span.end; ++t) batch.ancestors.push_back(t);
    }
  }
  batch.A = static_cast<int64_t>(batch.ancestors.size());
  batch.L = length_of(layout.segments[siblings.front()]);
  for (const int32_t s : siblings) {
    const SegmentSpan& span = layout.segments[s];
    for (int64_t i = 0; i < batch.L; ++i) {
      const bool padding = i >= length_of(span);
      if (!padding) {
        batch.valid.push_back(static_cast<int64_t>(batch.own.size()));
        batch.tokens.push_back(span.begin + i);
      }
      batch.own.push_back(padding ? span.begin : span.begin + i);
    }
  }
  return batch;
}

// Siblings by falling length, cut where padding would double the work or memory would run over.
std::vector<Batch> make_batches(const SegmentLayout& layout, int64_t heads) {
  std::map<int32_t, std::vector<int32_t>> children;
  for (size_t s = 0; s < layout.segments.size(); ++s) {
    children[layout.segments[s].parent].push_back(static_cast<int32_t>(s));
  }
  std::vector<Batch> batches;
  for (auto& [parent, siblings] : children) {
    const auto length = [&](int32_t s) { return length_of(layout.segments[s]); };
    std::stable_sort(siblings.begin(), siblings.end(),
                     [&](int32_t a, int32_t b) { return length(a) > length(b); });
    for (size_t begin = 0; begin < siblings.size();) {
      const int64_t longest = length(siblings[begin]);
      const int64_t keys = layout.segments[siblings[begin]].first_position + longest;
      const int64_t most = std::max<int64_t>(1, kTemporaryFloats / (heads * longest * keys));
      size_t end = begin + 1;
      while (end < siblings.size() && static_cast<int64_t>(end - begin) < most &&
             2 * length(siblings[end]) >= longest) {
        ++end;
      }
      batches.push_back(make_batch(layout, std::span(siblings).subspan(begin, end - begin)));
      begin = end;
    }
  }
  return batches;
}

// One batch's tensors, and the products both directions need.
class Siblings {
 public:
  Siblings(const AttentionShape& shape, const Batch& batch, const at::Tensor& qkv_TC)
      : K_(shape.kv_heads),
        G_(shape.heads / shape.kv_heads),
        D_(shape.head_dim),
        scale_(shape.scale),
        batch_(batch),
        own_(tensor_of(std::span(batch.own))) {
    const at::Tensor own = qkv_TC.index_select(0, own_);
    q = heads(own.narrow(1, 0, q_size()));
    k = heads(own.narrow(1, q_size(), kv_size()));
    v = heads(own.narrow(1, q_size() + kv_size(), kv_size()));
    if (batch.A == 0) return;
    const at::Tensor above = qkv_TC.index_select(0, tensor_of(std::span(batch.ancestors)));
    k_above = above.narrow(1, q_size(), kv_size()).view({batch.A, K_, D_}).transpose(0, 1);
    v_above =
        above.narrow(1, q_size() + kv_size(), kv_size()).view({batch.A, K_, D_}).transpose(0, 1);
  }

  int64_t q_size() const { return K_ * G_ * D_; }
  int64_t kv_size() const { return K_ * D_; }

  // [n L, heads D] rows of own tokens -> [n, K, (heads / K) L, D].
  at::Tensor heads(const at::Tensor& rows) const {
    return rows.reshape({batch_.n, batch_.L, K_, -1, D_})
        .permute({0, 2, 3, 1, 4})
        .reshape({batch_.n, K_, -1, D_});
  }
  // Back to rows, without the padding: [tokens, heads D].
  at::Tensor rows(const at::Tensor& by_head) const {
    return by_head.view({batch_.n, K_, -1, batch_.L, D_})
        .permute({0, 3, 1, 2, 4})
        .reshape({batch_.n * batch_.L, -1})
        .index_select(0, tensor_of(std::span(batch_.valid)));
  }
  // The same two for one number per query: [n L, H] <-> [n, K, G L].
  at::Tensor per_query(const at::Tensor& values_TH) const {
    return values_TH.index_select(0, own_)
        .view({batch_.n, batch_.L, K_, G_})
        .permute({0, 2, 3, 1})
        .reshape({batch_.n, K_, G_ * batch_.L});
  }
  at::Tensor query_rows(const at::Tensor& values) const {
    return values.view({batch_.n, K_, G_, batch_.L})
        .permute({0, 3, 1, 2})
        .reshape({batch_.n * batch_.L, K_ * G_})
        .index_select(0, tensor_of(std::span(batch_.valid)));
  }

  // [n, K, G L, X] <-> [K, n G L, X]: all siblings as one matrix against the ancestors.
  at::Tensor joined(const at::Tensor& x) const {
    return x.transpose(0, 1).reshape({K_, batch_.n * G_ * batch_.L, x.size(3)});
  }
  at::Tensor parted(const at::Tensor& x) const {
    return x.view({K_, batch_.n, G_ * batch_.L, x.size(2)}).transpose(0, 1);
  }

  // scale q.k of every query against [ancestors | own], future keys masked: [n, K, G L, A + L].
  at::Tensor scores() const {
    at::Tensor own = at::matmul(q, k.transpose(2, 3)).mul_(scale_);
    const at::Tensor future = at::ones({batch_.L, batch_.L}, at::kBool).triu(1);
    own.view({batch_.n, K_, G_, batch_.L, batch_.L}).masked_fill_(future, kMasked);
    if (batch_.A == 0) return own;
    const at::Tensor above = at::bmm(joined(q), k_above.transpose(1, 2)).mul_(scale_);
    return at::cat({parted(above), own}, 3);
  }

  at::Tensor above_of(const at::Tensor& p) const { return p.narrow(3, 0, batch_.A); }
  at::Tensor own_of(const at::Tensor& p) const { return p.narrow(3, batch_.A, batch_.L); }

  // sum_j p_j x_j with x = v or k.
  at::Tensor weighted(const at::Tensor& p, const at::Tensor& own, const at::Tensor& above) const {
    at::Tensor sum = at::matmul(own_of(p), own);
    if (batch_.A > 0) sum.add_(parted(at::bmm(joined(above_of(p)), above)));
    return sum;
  }

  at::Tensor q, k, v;           // [n, K, G L or L, D]
  at::Tensor k_above, v_above;  // [K, A, D]

 private:
  int64_t K_, G_, D_;
  float scale_;
  const Batch& batch_;
  at::Tensor own_;
};

class Attention : public AttentionOp {
 public:
  explicit Attention(int threads) : threads_(threads) {}

  void forward(Context&, const AttentionShape& shape, const SegmentLayout& layout,
               const TensorView& qkv_TC, const TensorView& out_THD,
               const TensorView& lse_TH) const override {
    const Session session(threads_);
    const at::Tensor out = tensor_of(out_THD), lse = tensor_of(lse_TH);
    for (const Batch& batch : make_batches(layout, shape.heads)) {
      const Siblings siblings(shape, batch, tensor_of(qkv_TC));
      const at::Tensor tokens = tensor_of(std::span(batch.tokens));
      at::Tensor p = siblings.scores();
      const at::Tensor batch_lse = p.logsumexp(3);
      p.sub_(batch_lse.unsqueeze(3)).exp_();
      const at::Tensor rows = siblings.rows(siblings.weighted(p, siblings.v, siblings.v_above));
      out.index_copy_(0, tokens, rows.view({-1, shape.heads, shape.head_dim}));
      lse.index_copy_(0, tokens, siblings.query_rows(batch_lse));
    }
  }

  void backward(Context&, const AttentionShape& shape, const SegmentLayout& layout,
                const TensorView& qkv_TC, const TensorView& out_THD, const TensorView& lse_TH,
                const TensorView& dout_THD, const TensorView& dqkv_TC) const override {
    const Session session(threads_);
    const at::Tensor dqkv = tensor_of(dqkv_TC).zero_(), dout = tensor_of(dout_THD);
    const at::Tensor delta = (dout * tensor_of(out_THD)).sum(-1);
    for (const Batch& batch : make_batches(layout, shape.heads)) {
      backward_batch(shape, batch, tensor_of(qkv_TC), tensor_of(lse_TH), dout, delta, dqkv);
    }
  }

  void forward_paged(Context&, const AttentionShape& shape, const PagedLayout& layout,
                     const TensorView& qkv_TC, const KvLayer& kv, const TensorView& out_THD,
                     const TensorView& lse_TH) const override {
    const Session session(threads_);
    attention_paged(shape, layout, tensor_of(qkv_TC), kv, tensor_of(out_THD), lse_TH);
  }

 private:
  // p = exp(s - lse),  ds = p (dout.v - dout.out) scale; padding has p = 0.
  static void backward_batch(const AttentionShape& shape, const Batch& batch, const at::Tensor& qkv,
                             const at::Tensor& lse_TH, const at::Tensor& dout_THD,
                             const at::Tensor& delta_TH, const at::Tensor& dqkv) {
    const Siblings siblings(shape, batch, qkv);
    const at::Tensor own = tensor_of(std::span(batch.own));
    const at::Tensor dout = siblings.heads(dout_THD.index_select(0, own).flatten(1));
    at::Tensor lse = siblings.per_query(lse_TH);
    if (batch.valid.size() < batch.own.size()) mask_padding(shape, batch, lse);
    const at::Tensor p = siblings.scores().sub_(lse.unsqueeze(3)).exp_();
    at::Tensor ds = at::matmul(dout, siblings.v.transpose(2, 3));
    if (batch.A > 0) {
      const at::Tensor above = at::bmm(siblings.joined(dout), siblings.v_above.transpose(1, 2));
      ds = at::cat({siblings.parted(above), ds}, 3);
    }
    ds.sub_(siblings.per_query(delta_TH).unsqueeze(3)).mul_(p).mul_(shape.scale);
    add_gradients(siblings, batch, p, ds, dout, dqkv);
  }

  static void mask_padding(const AttentionShape& shape, const Batch& batch, at::Tensor& lse) {
    at::Tensor padding = at::ones({batch.n * batch.L}, at::kBool);
    padding.index_fill_(0, tensor_of(std::span(batch.valid)), false);
    lse.view({batch.n, shape.kv_heads, shape.heads / shape.kv_heads, batch.L})
        .masked_fill_(padding.view({batch.n, 1, 1, batch.L}), -kMasked);
  }

  static void add_gradients(const Siblings& siblings, const Batch& batch, const at::Tensor& p,
                            const at::Tensor& ds, const at::Tensor& dout, const at::Tensor& dqkv) {
    const int64_t q_size = siblings.q_size(), kv_size = siblings.kv_size();
    const at::Tensor dq = dqkv.narrow(1, 0, q_size), dk = dqkv.narrow(1, q_size, kv_size),
                     dv = dqkv.narrow(1, q_size + kv_size, kv_size);
    const at::Tensor tokens = tensor_of(std::span(batch.tokens));
    const auto by_key = [&](const at::Tensor& weights, const at::Tensor& x) {
      return siblings.rows(at::matmul(siblings.own_of(weights).transpose(2, 3), x));
    };
    dq.index_copy_(0, tokens, siblings.rows(siblings.weighted(ds, siblings.k, siblings.k_above)));
    dk.index_add_(0, tokens, by_key(ds, siblings.q));
    dv.index_add_(0, tokens, by_key(p, dout));
    if (batch.A == 0) return;
    const at::Tensor above = tensor_of(std::span(batch.ancestors));
    const auto by_key_above = [&](const at::Tensor& weights, const at::Tensor& x) {
      const at::Tensor joined = siblings.joined(siblings.above_of(weights)).transpose(1, 2);
      return at::bmm(joined, siblings.joined(x)).transpose(0, 1).reshape({batch.A, kv_size});
    };
    dk.index_add_(0, above, by_key_above(ds, siblings.q));
    dv.index_add_(0, above, by_key_above(p, dout));
  }

  int threads_;
};

}  // namespace

std::unique_ptr<AttentionOp> attention_op(int threads) {
  return std::make_unique<Attention>(threads);
}

}  // namespace kedge::aten
