// The forest: against the reference, and against itself under other layouts.
#include "tests/support/exact_operators.h"

namespace kedge {
namespace {

AttentionShape shape_of(int64_t heads, int64_t kv_heads, int64_t dim) {
  return {heads, kv_heads, dim, static_cast<float>(1.0 / std::sqrt(static_cast<double>(dim)))};
}

// A prompt with forks (inside a 16-key block, at its border, a fork of a fork), then a lone row.
SegmentLayout forest() {
  SegmentLayout layout;
  const int32_t prompt = layout.add(19, -1);
  layout.add(3, prompt);
  const int32_t answer = layout.add(29, prompt);
  layout.add(40, answer);
  layout.add(1, answer);
  layout.add(5, prompt);
  layout.add(23, -1);
  return layout;
}

struct Result {
  std::vector<float> out, lse, dqkv;
};

Result run(const Operators& ops, int threads, const AttentionShape& shape,
           const SegmentLayout& layout, const Floats& qkv, const Floats& dout) {
  Machine machine(threads);
  const int64_t tokens = layout.num_tokens();
  Floats out({tokens, shape.heads, shape.head_dim}), lse({tokens, shape.heads});
  Floats dqkv({tokens, qkv.view.size(1)}, 7.0f);
  ops.attention->forward(machine.context, shape, layout, qkv, out, lse);
  const TensorView dout_THD = dout.view.reshaped({tokens, shape.heads, shape.head_dim});
  ops.attention->backward(machine.context, shape, layout, qkv, out, lse, dout_THD, dqkv);
  return {out.memory, lse.memory, dqkv.memory};
}

TEST(ExactAttention, AgreesWithReferenceAndWithItself) {
  const Operators oracle = reference_operators();
  const SegmentLayout layout = forest();
  const int64_t tokens = layout.num_tokens();
  for (const auto& [heads, kv_heads, dim] :
       std::vector<std::array<int64_t, 3>>{{2, 2, 32}, {4, 2, 64}, {6, 2, 16}, {7, 1, 8}, {2, 1, 96}}) {
    const AttentionShape shape = shape_of(heads, kv_heads, dim);
    const Floats qkv = random_floats({tokens, (heads + 2 * kv_heads) * dim}, 1, 1.5f);
    const Floats dout = random_floats({tokens, heads, dim}, 2);
    const Result expected = run(oracle, 1, shape, layout, qkv, dout);
    std::vector<Result> first;
    on_every_path([&](const Operators& ops, int threads, const std::string& path) {
      const std::string label = path + ", dim " + std::to_string(dim);
      const Result got = run(ops, threads, shape, layout, qkv, dout);
      expect_close(got.out, expected.out, 3e-6, label + " out");
      expect_close(got.lse, expected.lse, 3e-6, label + " lse");
      expect_close(got.dqkv, expected.dqkv, 1e-5, label + " dqkv");
      if (first.empty()) first.push_back(got);
      expect_same_bits(got.out, first[0].out, label + " out");
      expect_same_bits(got.lse, first[0].lse, label + " lse");
      expect_same_bits(got.dqkv, first[0].dqkv, label + " dqkv");
    });
  }
}

// Rows of `from` for the given tokens.
Floats pick(const Floats& from, const std::vector<int32_t>& tokens) {
  const int64_t width = from.view.numel() / from.view.size(0);
  Floats out({static_cast<int64_t>(tokens.size()), width});
  for (size_t i = 0; i < tokens.size(); ++i) {
    std::copy_n(from.memory.begin() + tokens[i] * width, width, out.memory.begin() + i * width);
  }
  return out;
}

TEST(ExactAttention, SharedPrefixesChangeNoBitOfTheForward) {
  const SegmentLayout layout = forest();
  const AttentionShape shape = shape_of(4, 2, 32);
  const Operators ops = exact_operators();
  const Floats qkv = random_floats({layout.num_tokens(), 8 * 32}, 1);
  const Floats dout = random_floats({layout.num_tokens(), 4, 32}, 2);
  const Result shared = run(ops, 2, shape, layout, qkv, dout);
  for (int32_t leaf = 0; leaf < static_cast<int32_t>(layout.segments.size()); ++leaf) {
    std::vector<int32_t> tokens;
    for (const int32_t s : layout.lineage(leaf)) {
      for (int32_t t = layout.segments[s].begin; t < layout.segments[s].end; ++t) tokens.push_back(t);
    }
    SegmentLayout alone;
    alone.add(static_cast<int32_t>(tokens.size()), -1);
    const Result got = run(ops, 2, shape, alone, pick(qkv, tokens), pick(dout, tokens));
    Floats out({layout.num_tokens(), 4 * 32}), lse({layout.num_tokens(), 4});
    out.memory = shared.out;
    lse.memory = shared.lse;
    expect_same_bits(got.out, pick(out, tokens).memory, "leaf " + std::to_string(leaf));
    expect_same_bits(got.lse, pick(lse, tokens).memory, "lse of leaf " + std::to_string(leaf));
  }
}

TEST(ExactAttention, TreesDoNotSeeTheirNeighbours) {
  const SegmentLayout layout = forest();
  const AttentionShape shape = shape_of(4, 2, 48);
  const Operators ops = exact_operators();
  const Floats qkv = random_floats({layout.num_tokens(), 8 * 48}, 1);
  const Floats dout = random_floats({layout.num_tokens(), 4, 48}, 2);
  const Result both = run(ops, 2, shape, layout, qkv, dout);
  const int32_t border = layout.segments[layout.tree_begin[1]].begin;
  SegmentLayout second;
  second.add(23, -1);
  std::vector<int32_t> tokens;
  for (int32_t t = border; t < layout.num_tokens(); ++t) tokens.push_back(t);
  const Result alone = run(ops, 1, shape, second, pick(qkv, tokens), pick(dout, tokens));
  const std::vector<float> out(both.out.begin() + border * 4 * 48, both.out.end());
  const std::vector<float> dqkv(both.dqkv.begin() + border * 8 * 48, both.dqkv.end());
  expect_same_bits(alone.out, out, "out");
  expect_same_bits(alone.dqkv, dqkv, "dqkv");
}

TEST(ExactAttention, BackwardMatchesFiniteDifferences) {
  SegmentLayout layout;
  const int32_t prompt = layout.add(5, -1);
  layout.add(4, prompt);
  layout.add(6, prompt);
  const AttentionShape shape = shape_of(2, 1, 8);
  const Operators ops = exact_operators();
  Machine machine;
  Floats qkv = random_floats({15, 32}, 1);
  const Floats dout = random_floats({15, 2, 8}, 2);
  const Result base = run(ops, 1, shape, layout, qkv, dout);
  const auto loss = [&] {
    Floats out({15, 2, 8}), lse({15, 2});
    ops.attention->forward(machine.context, shape, layout, qkv, out, lse);
    double sum = 0.0;
    for (size_t i = 0; i < out.memory.size(); ++i) sum += double{out.memory[i]} * dout.memory[i];
    return sum;
  };
  for (size_t i = 0; i < qkv.memory.size(); i += 3) {
    const float keep = qkv.memory[i], step = 4e-3f;
    qkv.memory[i] = keep + step;
    const double above = loss();
    qkv.memory[i] = keep - step;
    const double below = loss();
    qkv.memory[i] = keep;
    EXPECT_NEAR((above - below) / (2.0 * step), base.dqkv[i], 2e-3) << "qkv " << i;
  }
}

}  // namespace
}  // namespace kedge
