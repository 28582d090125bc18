// Attention over paged KV: rows with equally many new tokens are multiplied together, their blocks
// gathered into one padded tensor.
//
// Legend: R rows of L new tokens, B blocks per row, S = 16 B keys, H query heads, K KV heads,
// G = H / K, D head dim.
#include <algorithm>
#include <limits>
#include <map>
#include <vector>

#include "model/ops_aten.h"

namespace kedge::aten {

namespace {

using at::indexing::Slice;

void write_kv(const AttentionShape& shape, const PagedLayout& layout, const at::Tensor& qkv_TC,
              const KvLayer& kv) {
  std::vector<int64_t> blocks, slots;
  for (const PagedRow& row : layout.rows) {
    for (int32_t t = row.begin; t < row.end; ++t) {
      const int32_t position = row.first_position + t - row.begin;
      blocks.push_back(row.blocks[position / kKvBlock]);
      slots.push_back(position % kKvBlock);
    }
  }
  const int64_t q_size = shape.heads * shape.head_dim, kv_size = shape.kv_heads * shape.head_dim;
  const auto heads = [&](int64_t first) {
    return qkv_TC.narrow(1, first, kv_size).reshape({-1, shape.kv_heads, shape.head_dim});
  };
  const at::Tensor block = tensor_of(std::span<const int64_t>(blocks));
  const at::Tensor slot = tensor_of(std::span<const int64_t>(slots));
  tensor_of(kv.keys).index_put_({block, Slice(), Slice(), slot}, heads(q_size));
  tensor_of(kv.values).index_put_({block, Slice(), slot}, heads(q_size + kv_size));
}

int32_t new_tokens(const PagedRow& row) {
  return row.end - row.begin;
}
int64_t num_keys(const PagedRow& row) {
  return row.first_position + new_tokens(row);
}

// Index tensors of rows with L new tokens each.
struct Batch {
  int64_t R = 0, L = 0, B = 0;
  std::vector<int64_t> tokens;  // [R L]
  std::vector<int64_t> blocks;  // [R B], padding repeats a row's first
  std::vector<int64_t> length;  // [R L]: keys the query sees
};

Batch make_batch(std::span<const PagedRow* const> rows) {
  Batch batch;
  batch.R = static_cast<int64_t>(rows.size());
  batch.L = new_tokens(*rows.front());
  for (const PagedRow* row : rows) {
    batch.B = std::max(batch.B, (num_keys(*row) + kKvBlock - 1) / kKvBlock);
  }
  for (const PagedRow* row : rows) {
    const int64_t used = (num_keys(*row) + kKvBlock - 1) / kKvBlock;
    for (int64_t b = 0; b < batch.B; ++b) batch.blocks.push_back(row->blocks[b < used ? b : 0]);
    for (int64_t i = 0; i < batch.L; ++i) {
      batch.tokens.push_back(row->begin + i);
      batch.length.push_back(row->first_position + i + 1);
    }
  }
  return batch;
}

void attend(const AttentionShape& shape, const Batch& batch, const at::Tensor& qkv_TC,
            const KvLayer& kv, const at::Tensor& out_THD, const TensorView& lse_TH) {
  const int64_t R = batch.R, L = batch.L, K = shape.kv_heads, G = shape.heads / K,
                D = shape.head_dim, S = batch.B * kKvBlock;
  const at::Tensor tokens = tensor_of(std::span(batch.tokens));
  const at::Tensor blocks = tensor_of(std::span(batch.blocks));
  const at::Tensor q = qkv_TC.narrow(1, 0, shape.heads * D)
                           .index_select(0, tokens)
                           .view({R, L, K, G, D})
                           .permute({0, 2, 3, 1, 4})
                           .reshape({R, K, G * L, D});
  const at::Tensor k = tensor_of(kv.keys)
                           .index_select(0, blocks)
                           .view({R, batch.B, K, D, kKvBlock})
                           .permute({0, 2, 3, 1, 4})
                           .reshape({R, K, D, S});
  const at::Tensor v = tensor_of(kv.values)
                           .index_select(0, blocks)
                           .view({R, batch.B, K, kKvBlock, D})
                           .permute({0, 2, 1, 3, 4})
                           .reshape({R, K, S, D});
  at::Tensor p = at::matmul(q, k).mul_(shape.scale);
  const at::Tensor length = tensor_of(std::span(batch.length)).view({R, 1, 1, L, 1});
  const at::Tensor unseen = at::arange(S, at::kLong).ge(length);
  p.view({R, K, G, L, S}).masked_fill_(unseen, -std::numeric_limits<float>::infinity());
  const at::Tensor lse = p.logsumexp(3);
  p.sub_(lse.unsqueeze(3)).exp_();
  const at::Tensor out = at::matmul(p, v).view({R, K, G, L, D}).permute({0, 3, 1, 2, 4});
  out_THD.index_copy_(0, tokens, out.reshape({R * L, shape.heads, D}));
  if (lse_TH.empty()) return;
  const at::Tensor rows = lse.view({R, K, G, L}).permute({0, 3, 1, 2});
  tensor_of(lse_TH).index_copy_(0, tokens, rows.reshape({R * L, shape.heads}));
}

}  // namespace

void attention_paged(const AttentionShape& shape, const PagedLayout& layout,
                     const at::Tensor& qkv_TC, const KvLayer& kv, const at::Tensor& out_THD,
                     const TensorView& lse_TH) {
  write_kv(shape, layout, qkv_TC, kv);
  std::map<int32_t, std::vector<const PagedRow*>> by_tokens;
  for (const PagedRow& row : layout.rows) by_tokens[new_tokens(row)].push_back(&row);
  for (auto& [count, rows] : by_tokens) {
    // By falling length: neighbours pad little, and the first of a batch is its longest.
    std::stable_sort(rows.begin(), rows.end(), [](const PagedRow* a, const PagedRow* b) {
      return num_keys(*a) > num_keys(*b);
    });
    for (size_t begin = 0; begin < rows.size();) {
      const int64_t floats =
          std::max(shape.heads * count, shape.kv_heads * shape.head_dim) * num_keys(*rows[begin]);
      const auto most = static_cast<size_t>(std::max<int64_t>(1, kTemporaryFloats / floats));
      const size_t size = std::min(most, rows.size() - begin);
      attend(shape, make_batch(std::span(rows).subspan(begin, size)), qkv_TC, kv, out_THD, lse_TH);
      begin += size;
    }
  }
}

}  // namespace kedge::aten
