#include <gtest/gtest.h>

#include "tests/support/aten_oracle.h"
#include "tests/support/small_models.h"

namespace kedge {
namespace {

using test::expect_close;
using test::Machine;
using test::Tensor;
using test::values_of;

struct Expected {
  at::Tensor out, lse;  // [T, H, D], [T, H]
};

// Every segment's path as a plain causal sequence; a segment's own rows are the last of its path.
Expected attention_of_paths(const AttentionShape& shape, const SegmentLayout& layout,
                            const at::Tensor& qkv) {
  const int64_t H = shape.heads, K = shape.kv_heads, D = shape.head_dim;
  std::vector<at::Tensor> out, lse;
  for (int32_t s = 0; s < static_cast<int32_t>(layout.segments.size()); ++s) {
    const SegmentSpan& span = layout.segments[s];
    const at::Tensor path = qkv.index_select(0, test::indices(test::context_indices(layout, s)));
    const int64_t n = path.size(0), own = span.end - span.begin;
    const auto heads = [&](int64_t first, int64_t count) {
      return path.narrow(1, first, count * D).reshape({n, count, D}).transpose(0, 1);
    };
    const at::Tensor q = heads(0, H);
    const at::Tensor k = heads(H * D, K).repeat_interleave(H / K, 0);
    const at::Tensor v = heads((H + K) * D, K).repeat_interleave(H / K, 0);
    at::Tensor scores = at::bmm(q, k.transpose(1, 2)) * shape.scale;
    const at::Tensor future = at::ones({n, n}, at::kBool).triu(1);
    scores = scores.masked_fill(future, -std::numeric_limits<float>::infinity());
    out.push_back(at::bmm(scores.softmax(2), v).transpose(0, 1).narrow(0, n - own, own));
    lse.push_back(scores.logsumexp(2).transpose(0, 1).narrow(0, n - own, own));
  }
  return {at::cat(out), at::cat(lse)};
}

class AttentionAgainstAutograd : public testing::TestWithParam<std::string> {
 protected:
  void compare(const AttentionShape& shape, const SegmentLayout& layout, uint64_t salt) {
    const int64_t T = layout.num_tokens(), H = shape.heads, D = shape.head_dim;
    const int64_t C = (H + 2 * shape.kv_heads) * D;
    Tensor qkv = Tensor::random({T, C}, salt, 2.0f), dout = Tensor::random({T, H, D}, salt + 1);
    Tensor out({T, H, D}), lse({T, H}), dqkv = Tensor::random({T, C}, salt + 2);
    const at::Tensor leaf = test::leaf(qkv);
    const Expected expected = attention_of_paths(shape, layout, leaf);
    expected.out.backward(test::constant(dout));
    ops.attention->forward(machine.context, shape, layout, qkv, out, lse);
    expect_close(out.values(), values_of(expected.out), 1e-5, "out");
    expect_close(lse.values(), values_of(expected.lse), 1e-5, "lse");
    ops.attention->backward(machine.context, shape, layout, qkv, out, lse, dout, dqkv);
    expect_close(dqkv.values(), values_of(leaf.grad()), 2e-5, "dqkv");
  }

  Machine machine{2};
  Operators ops = test::operators_named(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Backends, AttentionAgainstAutograd, testing::Values("reference", "aten"));

TEST_P(AttentionAgainstAutograd, RandomForestsOfEveryHeadGrouping) {
  const AttentionShape shapes[] = {{4, 4, 8, 0.35f}, {4, 2, 8, 0.35f}, {6, 1, 4, 0.5f}};
  for (uint64_t seed = 0; seed < 8; ++seed) {
    compare(shapes[seed % 3], test::random_forest(3, 7, 12, seed), seed * 10);
  }
}

TEST_P(AttentionAgainstAutograd, DeepChain) {
  SegmentLayout layout;
  int32_t parent = -1;
  for (int i = 0; i < 12; ++i) parent = layout.add(1 + i % 3, parent);
  compare({4, 2, 8, 0.35f}, layout, 100);
}

// Siblings of very different length, their prompt, and an unrelated tree.
TEST_P(AttentionAgainstAutograd, RaggedSiblings) {
  SegmentLayout layout;
  const int32_t prompt = layout.add(5, -1);
  for (const int32_t length : {1, 17, 4, 16, 9, 2}) layout.add(length, prompt);
  layout.add(30, -1);
  compare({4, 2, 8, 0.35f}, layout, 200);
}

TEST(AtenAttention, ManyLongSiblingsAreCutToMemory) {
  Machine machine;
  const AttentionShape shape{4, 2, 8, 0.35f};
  SegmentLayout layout;
  const int32_t prompt = layout.add(600, -1);
  for (int i = 0; i < 9; ++i) layout.add(700, prompt);
  const int64_t T = layout.num_tokens(), C = 64;
  Tensor qkv = Tensor::random({T, C}, 1), out({T, 4, 8}), lse({T, 4}), out_ref({T, 4, 8}),
         lse_ref({T, 4});
  aten_operators(1).attention->forward(machine.context, shape, layout, qkv, out, lse);
  reference_operators().attention->forward(machine.context, shape, layout, qkv, out_ref, lse_ref);
  expect_close(out.values(), out_ref.values(), 1e-5, "out");
  expect_close(lse.values(), lse_ref.values(), 1e-5, "lse");
}

}  // namespace
}  // namespace kedge
