// Decode, prefill in any chunks and the packed forward give the same bits.
#include <algorithm>

#include "tests/support/exact_operators.h"

namespace kedge {
namespace {

constexpr int64_t kTokens = 83;

struct Paged {
  AttentionShape shape;
  Floats keys, values;
  std::vector<int32_t> blocks;
  KvLayer layer;
  // Blocks in an order that is not the logical one; memory full of NaN, as nothing may be read early.
  explicit Paged(const AttentionShape& shape)
      : shape(shape), keys({8, shape.kv_heads, shape.head_dim, 16}, NAN),
        values({8, shape.kv_heads, 16, shape.head_dim}, NAN), blocks{5, 0, 7, 2, 1, 6},
        layer{keys.view, values.view} {}
};

struct Result {
  std::vector<float> out, lse;
};

// The row in passes of the given sizes.
Result paged(const Operators& ops, int threads, const AttentionShape& shape, const Floats& qkv,
             const std::vector<int32_t>& chunks) {
  Machine machine(threads);
  Paged kv(shape);
  const int64_t heads = shape.heads, dim = shape.head_dim;
  Floats out({kTokens, heads, dim}), lse({kTokens, heads});
  int32_t at = 0;
  for (size_t i = 0; at < kTokens; ++i) {
    const int32_t count =
        std::min<int32_t>(chunks[i % chunks.size()], static_cast<int32_t>(kTokens) - at);
    PagedLayout layout;
    layout.rows.push_back({0, count, at, kv.blocks});
    TensorView out_part = out.view, lse_part = lse.view.rows(at, at + count);
    out_part.data = out.memory.data() + at * heads * dim;
    out_part.shape[0] = count;
    ops.attention->forward_paged(machine.context, shape, layout, qkv.view.rows(at, at + count),
                                 kv.layer, out_part, lse_part);
    at += count;
  }
  return {out.memory, lse.memory};
}

TEST(ExactPaged, DecodePrefillAndPackedAgree) {
  for (const auto& [heads, kv_heads, dim] :
       std::vector<std::array<int64_t, 3>>{{4, 2, 32}, {2, 2, 64}, {14, 2, 24}, {3, 1, 128}, {8, 1, 8}}) {
    const AttentionShape shape{heads, kv_heads, dim, 0.3f};
    const Floats qkv = random_floats({kTokens, (heads + 2 * kv_heads) * dim}, 1, 1.3f);
    SegmentLayout layout;
    layout.add(kTokens, -1);
    Machine machine;
    const Operators reference = exact_operators();
    Floats out({kTokens, heads, dim}), lse({kTokens, heads});
    reference.attention->forward(machine.context, shape, layout, qkv, out, lse);
    on_every_path([&](const Operators& ops, int threads, const std::string& path) {
      for (const std::vector<int32_t>& chunks :
           std::vector<std::vector<int32_t>>{{1}, {83}, {16}, {30, 1, 1, 7}, {2, 3}}) {
        const Result got = paged(ops, threads, shape, qkv, chunks);
        const std::string label = path + ", dim " + std::to_string(dim) + ", chunks of " +
                                  std::to_string(chunks[0]);
        expect_same_bits(got.out, out.memory, label + " out");
        expect_same_bits(got.lse, lse.memory, label + " lse");
      }
    });
  }
}

TEST(ExactPaged, RowsOfABatchDoNotSeeEachOther) {
  const AttentionShape shape{4, 2, 32, 0.2f};
  const Operators ops = exact_operators();
  // Row r has r + 3 tokens; all are prefilled together, then decode one more token together.
  constexpr int kRows = 9;
  std::vector<std::vector<int32_t>> blocks(kRows);
  for (int r = 0; r < kRows; ++r) blocks[r] = {r};
  const auto together = [&](int first, int last, int threads) {
    Machine machine(threads);
    Floats keys({kRows, 2, 32, 16}, NAN), values({kRows, 2, 16, 32}, NAN);
    const KvLayer layer{keys.view, values.view};
    std::vector<float> last_rows;
    for (const bool decode : {false, true}) {
      PagedLayout layout;
      int32_t count = 0;
      for (int r = first; r < last; ++r) {
        const int32_t tokens = decode ? 1 : r + 3;
        layout.rows.push_back({count, count + tokens, decode ? r + 3 : 0, blocks[r]});
        count += tokens;
      }
      Floats qkv({count, 8 * 32}), out({count, 4, 32});
      int64_t at = 0;
      for (int r = first; r < last; ++r) {
        const Floats own = random_floats({decode ? 1 : r + 3, 8 * 32}, 100 + r + 50 * decode);
        std::copy(own.memory.begin(), own.memory.end(), qkv.memory.begin() + at);
        at += static_cast<int64_t>(own.memory.size());
      }
      ops.attention->forward_paged(machine.context, shape, layout, qkv, layer, out, {});
      last_rows = out.memory;
    }
    return last_rows;
  };
  const std::vector<float> all = together(0, kRows, 3);
  for (int r = 0; r < kRows; ++r) {
    const std::vector<float> expected(all.begin() + r * 128, all.begin() + (r + 1) * 128);
    expect_same_bits(together(r, r + 1, 1), expected, "row " + std::to_string(r));
  }
}

TEST(ExactPaged, AgreesWithReference) {
  const AttentionShape shape{6, 2, 40, 0.15f};
  const Floats qkv = random_floats({kTokens, 10 * 40}, 1);
  const Result expected = paged(reference_operators(), 1, shape, qkv, {20, 1});
  const Result got = paged(exact_operators(), 2, shape, qkv, {20, 1});
  expect_close(got.out, expected.out, 3e-6, "out");
  expect_close(got.lse, expected.lse, 3e-6, "lse");
}

}  // namespace
}  // namespace kedge
