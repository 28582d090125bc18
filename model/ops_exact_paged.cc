#include "model/ops_exact_paged.h"

#include <algorithm>

#include "model/kernels/kernels.h"
#include "model/kernels/parallel.h"
#include "model/ops_exact.h"

namespace kedge::exact {
namespace {

// From this many query rows on, a strip (lanes over query rows) beats one token at a time.
constexpr int64_t kStripRows = 8;

// What one worker computes with.
struct Memory {
  KeyRun* runs;
  float* values;   // padded copies where D is no multiple of a panel
  float* scratch;
  float* results;  // lse of the heads of one token
};

class PagedPass {
 public:
  PagedPass(const Kernels& kernels, const PagedCall& call)
      : kernels_(kernels), shape_(call.shape), layout_(call.layout), qkv_TC_(call.qkv_TC),
        kv_(call.kv), out_THD_(call.out_THD), lse_TH_(call.lse_TH),
        group_(shape_.heads / shape_.kv_heads), dim_(shape_.head_dim) {
    for (const PagedRow& row : layout_.rows) {
      longest_ = std::max<int64_t>(longest_, row.first_position + row.end - row.begin);
      strips_ = strips_ || (row.end - row.begin) * group_ >= kStripRows;
    }
  }

  void run(Context& context) const;

 private:
  bool padded() const { return strips_ && dim_ % kPanelColumns != 0; }
  int64_t blocks() const { return (longest_ + kKvBlock - 1) / kKvBlock; }
  void item(int64_t index, const Memory& memory) const;
  void write_kv(const PagedRow& row, int64_t head) const;
  void runs_of(const PagedRow& row, int64_t head, const Memory& memory) const;
  void strips(const PagedRow& row, int64_t head, const Memory& memory) const;
  void tokens(const PagedRow& row, int64_t head, const Memory& memory) const;

  const Kernels& kernels_;
  const AttentionShape& shape_;
  const PagedLayout& layout_;
  const TensorView& qkv_TC_;
  const KvLayer& kv_;
  const TensorView& out_THD_;
  const TensorView& lse_TH_;
  int64_t group_, dim_, longest_ = 1;
  bool strips_ = false;
};

void PagedPass::write_kv(const PagedRow& paged, int64_t head) const {
  for (int32_t t = paged.begin; t < paged.end; ++t) {
    const int64_t position = paged.first_position + t - paged.begin;
    const int64_t slot = position % kKvBlock;
    const int64_t at = (paged.blocks[position / kKvBlock] * shape_.kv_heads + head) * dim_ * kKvBlock;
    const float* k = row(qkv_TC_, t) + (shape_.heads + head) * dim_;
    const float* v = k + shape_.kv_heads * dim_;
    float* keys = kv_.keys.f32() + at + slot;
    for (int64_t e = 0; e < dim_; ++e) keys[e * kKvBlock] = k[e];
    std::copy_n(v, dim_, kv_.values.f32() + at + slot * dim_);
  }
}

void PagedPass::runs_of(const PagedRow& paged, int64_t head, const Memory& memory) const {
  const int64_t keys = paged.first_position + paged.end - paged.begin;
  const bool copies = padded() && (paged.end - paged.begin) * group_ >= kStripRows;
  const int64_t wide = padded_dim(dim_);
  for (int64_t first = 0, i = 0; first < keys; first += kKvBlock, ++i) {
    const int64_t at = (paged.blocks[i] * shape_.kv_heads + head) * dim_ * kKvBlock;
    KeyRun& run = memory.runs[i];
    run = KeyRun{};
    run.k = kv_.keys.f32() + at, run.k_row = 1, run.k_step = kKvBlock;
    run.v = kv_.values.f32() + at, run.v_row = dim_;
    run.first = first, run.count = std::min<int64_t>(kKvBlock, keys - first);
    if (!copies) continue;
    float* to = memory.values + first * wide;
    for (int64_t j = 0; j < run.count; ++j) {
      std::copy_n(run.v + j * dim_, dim_, to + j * wide);
      std::fill(to + j * wide + dim_, to + (j + 1) * wide, 0.0f);
    }
    run.v = to, run.v_row = wide;
  }
}

void PagedPass::strips(const PagedRow& paged, int64_t head, const Memory& memory) const {
  const int64_t rows = (paged.end - paged.begin) * group_;
  StripCall call;
  call.scratch = memory.scratch;
  const int64_t keys = paged.first_position + paged.end - paged.begin;
  call.keys = {memory.runs, (keys + kKvBlock - 1) / kKvBlock, dim_, shape_.scale};
  for (int64_t first = 0; first < rows; first += kQueryRows) {
    call.rows = std::min(kQueryRows, rows - first);
    for (int64_t r = 0; r < call.rows; ++r) {
      const int64_t token = (first + r) / group_, h = head * group_ + (first + r) % group_;
      call.q[r] = row(qkv_TC_, paged.begin + token) + h * dim_;
      call.out[r] = row(out_THD_, paged.begin + token, h);
      call.limit[r] = static_cast<int32_t>(paged.first_position + token + 1);
    }
    kernels_.attend_strip(call);
    if (lse_TH_.empty()) continue;
    for (int64_t r = 0; r < call.rows; ++r) {
      const int64_t token = paged.begin + (first + r) / group_;
      row(lse_TH_, token)[head * group_ + (first + r) % group_] = call.lse[r];
    }
  }
}

void PagedPass::tokens(const PagedRow& paged, int64_t head, const Memory& memory) const {
  for (int32_t t = paged.begin; t < paged.end; ++t) {
    DecodeCall call;
    call.limit = paged.first_position + t - paged.begin + 1;
    call.keys = {memory.runs, (call.limit + kKvBlock - 1) / kKvBlock, dim_, shape_.scale};
    call.heads = group_;
    call.q = row(qkv_TC_, t) + head * group_ * dim_;
    call.out = row(out_THD_, t, head * group_);
    call.lse = memory.results;
    call.scratch = memory.scratch;
    kernels_.attend_decode(call);
    if (lse_TH_.empty()) continue;
    for (int64_t h = 0; h < group_; ++h) {
      row(lse_TH_, t)[head * group_ + h] = call.lse[h];
    }
  }
}

void PagedPass::item(int64_t index, const Memory& memory) const {
  const PagedRow& paged = layout_.rows[index / shape_.kv_heads];
  const int64_t head = index % shape_.kv_heads;
  if (paged.begin == paged.end) return;
  write_kv(paged, head);
  runs_of(paged, head, memory);
  if ((paged.end - paged.begin) * group_ >= kStripRows) {
    strips(paged, head, memory);
  } else {
    tokens(paged, head, memory);
  }
}

void PagedPass::run(Context& context) const {
  Arena::Scope scope(context.scratch);
  const int64_t items = static_cast<int64_t>(layout_.rows.size()) * shape_.kv_heads;
  // Shares of equal work: the running sum of (new tokens) x (context).
  int64_t* cost = reinterpret_cast<int64_t*>(context.scratch.take((items + 1) * 8));
  cost[0] = 0;
  for (int64_t i = 0; i < items; ++i) {
    const PagedRow& paged = layout_.rows[i / shape_.kv_heads];
    const int64_t count = paged.end - paged.begin;
    cost[i + 1] = cost[i] + count * (paged.first_position + count + 8);
  }
  const int64_t padded_keys = blocks() * kKvBlock;
  const int64_t scratch = std::max(strips_ ? strip_scratch_floats(padded_keys, dim_) : 0,
                                   decode_scratch_floats(padded_keys, group_));
  const int64_t values = padded() ? padded_keys * padded_dim(dim_) : 0;
  const int64_t floats = (scratch + values + group_ + 1023) / 1024 * 1024;
  const int workers = context.pool.size();
  float* memory = context.scratch.floats(floats * workers);
  KeyRun* runs = reinterpret_cast<KeyRun*>(
      context.scratch.take(blocks() * workers * sizeof(KeyRun)));
  const double work = 4.0 * group_ * dim_ * static_cast<double>(cost[items]);
  on_threads(context, work, [&](int worker, int used) {
    float* own = memory + worker * floats;
    const Memory mine{runs + worker * blocks(), own + scratch, own, own + scratch + values};
    const auto border = [&](int part) {
      return std::lower_bound(cost, cost + items, cost[items] * part / used) - cost;
    };
    const int64_t end = worker + 1 == used ? items : border(worker + 1);
    for (int64_t i = border(worker); i < end; ++i) item(i, mine);
  });
}

}  // namespace

void attend_paged(Context& context, const Kernels& kernels, const PagedCall& call) {
  PagedPass(kernels, call).run(context);
}

}  // namespace kedge::exact
