#include <algorithm>

#include "model/kernels/kernels.h"
#include "model/kernels/parallel.h"
#include "model/ops_exact.h"
#include "model/ops_exact_paged.h"

namespace kedge::exact {
namespace {

// Keys and values of all tokens, [K][T][padded D] each: compact, so that tiles of keys lie together
// and rows may be read in whole panels.
struct CompactKv {
  float* k = nullptr;
  float* v = nullptr;
  int64_t tokens = 0, padded = 0;
  int64_t at(int64_t head, int64_t token) const { return (head * tokens + token) * padded; }
};

int64_t kv_column(const AttentionShape& shape, int64_t head, bool value) {
  return (shape.heads + (value ? shape.kv_heads : 0) + head) * shape.head_dim;
}

CompactKv compact_kv(Context& context, const AttentionShape& shape, const TensorView& qkv_TC) {
  CompactKv kv;
  kv.tokens = qkv_TC.size(0), kv.padded = padded_dim(shape.head_dim);
  const int64_t floats = shape.kv_heads * kv.tokens * kv.padded;
  kv.k = context.scratch.floats(floats);
  kv.v = context.scratch.floats(floats);
  const int64_t d = shape.head_dim;
  for_shares(context, kv.tokens, 1, 8.0 * shape.kv_heads * d, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      for (int64_t head = 0; head < shape.kv_heads; ++head) {
        for (const bool value : {false, true}) {
          float* to = (value ? kv.v : kv.k) + kv.at(head, t);
          std::copy_n(row(qkv_TC, t) + kv_column(shape, head, value), d, to);
          std::fill(to + d, to + kv.padded, 0.0f);
        }
      }
    }
  });
  return kv;
}

// The keys a segment's tokens see: one run per segment of its lineage. Runs of all segments lie in one
// array, those of segment s at first[s] .. first[s + 1].
struct LineageRuns {
  KeyRun* runs = nullptr;
  int64_t* first = nullptr;
};

LineageRuns lineage_runs(Context& context, const SegmentLayout& layout) {
  const int64_t segments = static_cast<int64_t>(layout.segments.size());
  LineageRuns out;
  out.first = reinterpret_cast<int64_t*>(context.scratch.take((segments + 1) * 8));
  out.first[0] = 0;
  for (int64_t s = 0; s < segments; ++s) {
    const int32_t parent = layout.segments[s].parent;
    const int64_t above = parent < 0 ? 0 : out.first[parent + 1] - out.first[parent];
    out.first[s + 1] = out.first[s] + above + 1;
  }
  out.runs = reinterpret_cast<KeyRun*>(context.scratch.take(out.first[segments] * sizeof(KeyRun)));
  for (int64_t s = 0; s < segments; ++s) {
    const SegmentSpan& span = layout.segments[s];
    KeyRun* to = out.runs + out.first[s];
    if (span.parent >= 0) {
      to = std::copy(out.runs + out.first[span.parent], out.runs + out.first[span.parent + 1], to);
    }
    *to = KeyRun{};
    to->first = span.first_position;
    to->count = span.end - span.begin;
    to->v_row = span.begin;  // the token, until a head is known: bind_runs
  }
  return out;
}

// The runs of one KV head into `out`.
void bind_runs(const LineageRuns& lineage, int64_t segment, const CompactKv& kv, int64_t head,
               float* dk, float* dv, KeyRun* out) {
  for (int64_t i = lineage.first[segment]; i < lineage.first[segment + 1]; ++i, ++out) {
    const int64_t token = lineage.runs[i].v_row, at = kv.at(head, token);
    *out = lineage.runs[i];
    out->k = kv.k + at, out->k_row = kv.padded, out->k_step = 1;
    out->v = kv.v + at, out->v_row = kv.padded;
    out->dk = dk == nullptr ? nullptr : dk + at;
    out->dv = dv == nullptr ? nullptr : dv + at;
  }
}

// Query rows of a segment for one KV head, numbered token by token, heads inside.
struct QueryRows {
  const SegmentSpan& span;
  int64_t group;  // query heads per KV head
  int64_t count() const { return (span.end - span.begin) * group; }
  int64_t limit(int64_t row) const { return span.first_position + row / group + 1; }
};

// Walks query rows without dividing.
struct RowCursor {
  RowCursor(const QueryRows& rows, int64_t row, int64_t kv_head)
      : group(rows.group), inside(row % group), token(rows.span.begin + row / group),
        head(kv_head * group + inside), limit(static_cast<int32_t>(rows.limit(row))) {}
  void next() {
    ++head;
    if (++inside < group) return;
    inside = 0, head -= group;
    ++token, ++limit;
  }
  int64_t group, inside, token, head;
  int32_t limit;
};

int64_t longest_context(const SegmentLayout& layout) {
  int64_t longest = 1;
  for (const SegmentSpan& span : layout.segments) {
    longest = std::max<int64_t>(longest, span.first_position + span.end - span.begin);
  }
  return longest;
}

int64_t most_runs(const SegmentLayout& layout, const LineageRuns& lineage) {
  int64_t most = 1;
  for (size_t s = 0; s < layout.segments.size(); ++s) {
    most = std::max(most, lineage.first[s + 1] - lineage.first[s]);
  }
  return most;
}

int64_t rounded(int64_t floats) { return (floats + 1023) / 1024 * 1024; }

// One strip of the forward: 32 query rows of a segment and a KV head.
struct Strip {
  int32_t segment, head, first_row;
};

// Strips of all segments and heads, cut into one contiguous part per worker by work.
struct Strips {
  Strip* items = nullptr;
  int64_t* cost = nullptr;  // running sum, [count + 1]
  int64_t count = 0;
  Share share(int worker, int workers) const {
    const auto border = [&](int64_t part) {
      const int64_t wanted = cost[count] * part / workers;
      return std::lower_bound(cost, cost + count, wanted) - cost;
    };
    return {border(worker), worker + 1 == workers ? count : border(worker + 1)};
  }
};

Strips strips_of(Context& context, const AttentionShape& shape, const SegmentLayout& layout) {
  const int64_t group = shape.heads / shape.kv_heads;
  int64_t count = 0;
  for (const SegmentSpan& span : layout.segments) {
    count += (QueryRows{span, group}.count() + kQueryRows - 1) / kQueryRows * shape.kv_heads;
  }
  Strips out;
  out.items = reinterpret_cast<Strip*>(context.scratch.take(count * sizeof(Strip)));
  out.cost = reinterpret_cast<int64_t*>(context.scratch.take((count + 1) * 8));
  out.cost[0] = 0;
  for (size_t s = 0; s < layout.segments.size(); ++s) {
    const QueryRows rows{layout.segments[s], group};
    for (int64_t head = 0; head < shape.kv_heads; ++head) {
      for (int64_t first = 0; first < rows.count(); first += kQueryRows) {
        out.items[out.count] = {static_cast<int32_t>(s), static_cast<int32_t>(head),
                                static_cast<int32_t>(first)};
        out.cost[out.count + 1] = out.cost[out.count] + rows.limit(first) + 16;
        ++out.count;
      }
    }
  }
  return out;
}

class Attention : public AttentionOp {
 public:
  explicit Attention(const Kernels& kernels) : kernels_(kernels) {}

  void forward(Context& context, const AttentionShape& shape, const SegmentLayout& layout,
               const TensorView& qkv_TC, const TensorView& out_THD,
               const TensorView& lse_TH) const override;
  void backward(Context& context, const AttentionShape& shape, const SegmentLayout& layout,
                const TensorView& qkv_TC, const TensorView& out_THD, const TensorView& lse_TH,
                const TensorView& dout_THD, const TensorView& dqkv_TC) const override;
  void forward_paged(Context& context, const AttentionShape& shape, const PagedLayout& layout,
                     const TensorView& qkv_TC, const KvLayer& kv, const TensorView& out_THD,
                     const TensorView& lse_TH) const override {
    attend_paged(context, kernels_, {shape, layout, qkv_TC, kv, out_THD, lse_TH});
  }

 private:
  const Kernels& kernels_;
};

void Attention::forward(Context& context, const AttentionShape& shape, const SegmentLayout& layout,
                        const TensorView& qkv_TC, const TensorView& out_THD,
                        const TensorView& lse_TH) const {
  Arena::Scope scope(context.scratch);
  const int64_t group = shape.heads / shape.kv_heads, d = shape.head_dim;
  const CompactKv kv = compact_kv(context, shape, qkv_TC);
  const LineageRuns lineage = lineage_runs(context, layout);
  const Strips strips = strips_of(context, shape, layout);
  const int64_t runs = most_runs(layout, lineage);
  const int64_t floats = rounded(strip_scratch_floats(longest_context(layout), d));
  float* scratch = context.scratch.floats(floats * context.pool.size());
  KeyRun* bound = reinterpret_cast<KeyRun*>(
      context.scratch.take(runs * context.pool.size() * sizeof(KeyRun)));
  const double work = 4.0 * kQueryRows * d * static_cast<double>(strips.cost[strips.count]);
  on_threads(context, work, [&](int worker, int workers) {
    const Share share = strips.share(worker, workers);
    StripCall call;
    call.scratch = scratch + worker * floats;
    call.keys = {bound + worker * runs, 0, d, shape.scale};
    for (int64_t i = share.begin; i < share.end; ++i) {
      const Strip& strip = strips.items[i];
      const QueryRows rows{layout.segments[strip.segment], group};
      bind_runs(lineage, strip.segment, kv, strip.head, nullptr, nullptr, bound + worker * runs);
      call.keys.count = lineage.first[strip.segment + 1] - lineage.first[strip.segment];
      call.rows = std::min(kQueryRows, rows.count() - strip.first_row);
      RowCursor at(rows, strip.first_row, strip.head);
      for (int64_t r = 0; r < call.rows; ++r, at.next()) {
        call.q[r] = row(qkv_TC, at.token) + at.head * d;
        call.out[r] = row(out_THD, at.token, at.head);
        call.limit[r] = at.limit;
      }
      kernels_.attend_strip(call);
      if (lse_TH.empty()) continue;
      at = RowCursor(rows, strip.first_row, strip.head);
      for (int64_t r = 0; r < call.rows; ++r, at.next()) {
        row(lse_TH, at.token)[at.head] = call.lse[r];
      }
    }
  });
}

// Trees and KV heads are dealt to workers, the largest first to whoever has least: every chain of dk
// and dv belongs to one (tree, head).
struct Deal {
  int32_t* worker = nullptr;  // of item tree * kv_heads + head
  Deal(Context& context, const SegmentLayout& layout, int64_t kv_heads, int workers) {
    const int64_t trees = layout.num_trees(), items = trees * kv_heads;
    worker = reinterpret_cast<int32_t*>(context.scratch.take(items * 4));
    int64_t* cost = reinterpret_cast<int64_t*>(context.scratch.take(trees * 8));
    int32_t* order = reinterpret_cast<int32_t*>(context.scratch.take(trees * 4));
    int64_t* load = reinterpret_cast<int64_t*>(context.scratch.take(workers * 8));
    std::fill_n(load, workers, 0);
    for (int64_t tree = 0; tree < trees; ++tree) {
      order[tree] = static_cast<int32_t>(tree);
      cost[tree] = 0;
      for (int32_t s = layout.tree_begin[tree]; s < layout.tree_begin[tree + 1]; ++s) {
        const SegmentSpan& span = layout.segments[s];
        const int64_t length = span.end - span.begin;
        cost[tree] += length * (2 * span.first_position + length + 32);
      }
    }
    std::sort(order, order + trees, [&](int32_t a, int32_t b) {
      return cost[a] != cost[b] ? cost[a] > cost[b] : a < b;
    });
    for (int64_t i = 0; i < items; ++i) {
      const int32_t tree = order[i / kv_heads];
      const int64_t least = std::min_element(load, load + workers) - load;
      worker[tree * kv_heads + i % kv_heads] = static_cast<int32_t>(least);
      load[least] += cost[tree];
    }
  }
};

// One (tree, head) of the backward.
struct BackwardPass {
  const Kernels& kernels;
  const AttentionShape& shape;
  const SegmentLayout& layout;
  const TensorView &qkv_TC, &out_THD, &lse_TH, &dout_THD, &dqkv_TC;
  const CompactKv& kv;
  const LineageRuns& lineage;
  float *dk, *dv;

  void strip(const QueryRows& rows, int64_t first, int64_t head, StripBackwardCall& call) const {
    const int64_t d = shape.head_dim;
    call.rows = std::min(kQueryRows, rows.count() - first);
    RowCursor at(rows, first, head);
    for (int64_t r = 0; r < call.rows; ++r, at.next()) {
      call.q[r] = row(qkv_TC, at.token) + at.head * d;
      call.out[r] = row(out_THD, at.token, at.head);
      call.dout[r] = row(dout_THD, at.token, at.head);
      call.dq[r] = row(dqkv_TC, at.token) + at.head * d;
      call.limit[r] = at.limit;
      call.lse[r] = row(lse_TH, at.token)[at.head];
    }
    kernels.attend_strip_backward(call);
  }

  void tree(int64_t tree, int64_t head, KeyRun* bound, StripBackwardCall& call) const {
    const int64_t group = shape.heads / shape.kv_heads, d = shape.head_dim;
    const int32_t first = layout.tree_begin[tree], last = layout.tree_begin[tree + 1];
    const int64_t begin = layout.segments[first].begin, end = layout.segments[last - 1].end;
    std::fill_n(dk + kv.at(head, begin), (end - begin) * kv.padded, 0.0f);
    std::fill_n(dv + kv.at(head, begin), (end - begin) * kv.padded, 0.0f);
    for (int32_t s = first; s < last; ++s) {
      const QueryRows rows{layout.segments[s], group};
      bind_runs(lineage, s, kv, head, dk, dv, bound);
      call.keys = {bound, lineage.first[s + 1] - lineage.first[s], d, shape.scale};
      for (int64_t r = 0; r < rows.count(); r += kQueryRows) strip(rows, r, head, call);
    }
    for (int64_t t = begin; t < end; ++t) {
      float* to = row(dqkv_TC, t);
      std::copy_n(dk + kv.at(head, t), d, to + kv_column(shape, head, false));
      std::copy_n(dv + kv.at(head, t), d, to + kv_column(shape, head, true));
    }
  }
};

void Attention::backward(Context& context, const AttentionShape& shape, const SegmentLayout& layout,
                         const TensorView& qkv_TC, const TensorView& out_THD,
                         const TensorView& lse_TH, const TensorView& dout_THD,
                         const TensorView& dqkv_TC) const {
  Arena::Scope scope(context.scratch);
  const CompactKv kv = compact_kv(context, shape, qkv_TC);
  const LineageRuns lineage = lineage_runs(context, layout);
  const int64_t runs = most_runs(layout, lineage);
  const int64_t gradients = shape.kv_heads * kv.tokens * kv.padded;
  const BackwardPass pass{kernels_, shape,    layout,  qkv_TC, out_THD, lse_TH, dout_THD,
                          dqkv_TC,  kv,      lineage, context.scratch.floats(gradients),
                          context.scratch.floats(gradients)};
  const int64_t floats = rounded(strip_backward_scratch_floats(shape.head_dim));
  float* scratch = context.scratch.floats(floats * context.pool.size());
  KeyRun* bound = reinterpret_cast<KeyRun*>(
      context.scratch.take(runs * context.pool.size() * sizeof(KeyRun)));
  const Deal deal(context, layout, shape.kv_heads, context.pool.size());
  context.pool.run([&](int worker) {
    StripBackwardCall call;
    call.scratch = scratch + worker * floats;
    for (int64_t item = 0; item < layout.num_trees() * shape.kv_heads; ++item) {
      if (deal.worker[item] != worker) continue;
      pass.tree(item / shape.kv_heads, item % shape.kv_heads, bound + worker * runs, call);
    }
  });
}

}  // namespace

std::unique_ptr<AttentionOp> attention_op(const Kernels& kernels) {
  return std::make_unique<Attention>(kernels);
}

}  // namespace kedge::exact
