#include <cmath>

#include "cli/bench/op_case.h"

namespace kedge {
namespace {

AttentionShape shape_of(const ModelConfig& config) {
  return {config.heads, config.kv_heads, config.head_dim,
          1.0f / std::sqrt(static_cast<float>(config.head_dim))};
}

// (query, key) pairs of all tokens.
double pairs_of(const SegmentLayout& layout) {
  double pairs = 0.0;
  for (const int32_t position : positions_of(layout)) pairs += position + 1;
  return pairs;
}

// Two products forward (q.k and p.v); backward computes the scores again and adds four.
double forward_flop(const ModelConfig& config, double pairs) {
  return 4.0 * pairs * static_cast<double>(config.q_size());
}

struct PackedAttention {
  AttentionShape shape;
  SegmentLayout layout;
  OwnedTensor qkv, out, lse, dout, dqkv;
};

PackedAttention packed_tensors(const ModelConfig& config, const SegmentLayout& layout) {
  const int64_t tokens = layout.num_tokens();
  return {shape_of(config),
          layout,
          random_tensor({tokens, config.qkv_size()}, 1),
          zero_tensor({tokens, config.heads, config.head_dim}),
          zero_tensor({tokens, config.heads}),
          random_tensor({tokens, config.heads, config.head_dim}, 2),
          zero_tensor({tokens, config.qkv_size()})};
}

OpCase packed_forward(const ModelConfig& config, const SegmentLayout& layout,
                      const ordered_json& shape) {
  const double floats = static_cast<double>(config.qkv_size() + config.q_size() + config.heads);
  return {"attention/forward", shape, forward_flop(config, pairs_of(layout)),
          4.0 * floats * layout.num_tokens(),
          [=](Context& context, const Operators& ops) -> std::function<void()> {
            return [&context, &ops, a = packed_tensors(config, layout)] {
              ops.attention->forward(context, a.shape, a.layout, a.qkv.view, a.out.view,
                                     a.lse.view);
            };
          }};
}

OpCase packed_backward(const ModelConfig& config, const SegmentLayout& layout,
                       const ordered_json& shape) {
  const double floats =
      static_cast<double>(2 * config.qkv_size() + 2 * config.q_size() + config.heads);
  return {"attention/backward", shape, 2.5 * forward_flop(config, pairs_of(layout)),
          4.0 * floats * layout.num_tokens(),
          [=](Context& context, const Operators& ops) -> std::function<void()> {
            const PackedAttention a = packed_tensors(config, layout);
            ops.attention->forward(context, a.shape, a.layout, a.qkv.view, a.out.view, a.lse.view);
            return [&context, &ops, a] {
              ops.attention->backward(context, a.shape, a.layout, a.qkv.view, a.out.view,
                                      a.lse.view, a.dout.view, a.dqkv.view);
            };
          }};
}

// Rows whose blocks lie one after the other. Not copied: the layout points into `blocks`.
struct PagedAttention {
  PagedAttention(const ModelConfig& config, int32_t rows, int32_t before, int32_t tokens)
      : shape(shape_of(config)),
        per_row((before + tokens + kKvBlock - 1) / kKvBlock),
        kv(one_layer(config), rows * per_row),
        qkv(random_tensor({rows * tokens, config.qkv_size()}, 1)),
        out(zero_tensor({rows * tokens, config.heads, config.head_dim})) {
    for (int32_t i = 0; i < rows * per_row; ++i) blocks.push_back(i);
    for (int32_t r = 0; r < rows; ++r) {
      layout.rows.push_back(
          {r * tokens, (r + 1) * tokens, before, std::span(blocks).subspan(r * per_row, per_row)});
    }
  }
  PagedAttention(const PagedAttention&) = delete;

  static ModelConfig one_layer(ModelConfig config) {
    config.layers = 1;
    return config;
  }

  AttentionShape shape;
  int32_t per_row;
  KvCache kv;
  OwnedTensor qkv, out;
  std::vector<int32_t> blocks;
  PagedLayout layout;
};

// Every row appends `tokens` tokens to the `before` it has.
OpCase paged(const ModelConfig& config, int32_t rows, int32_t before, int32_t tokens) {
  double pairs = 0.0;
  for (int32_t t = 0; t < tokens; ++t) pairs += before + t + 1;
  const double kv_floats = 2.0 * static_cast<double>(config.kv_size()) * (before + tokens);
  const double row_floats = static_cast<double>(config.qkv_size() + config.q_size()) * tokens;
  return {"attention/paged",
          {{"rows", rows}, {"before", before}, {"new", tokens}},
          rows * forward_flop(config, pairs),
          4.0 * rows * (kv_floats + row_floats),
          [=](Context& context, const Operators& ops) -> std::function<void()> {
            auto a = std::make_shared<PagedAttention>(config, rows, before, tokens);
            return [&context, &ops, a] {
              ops.attention->forward_paged(context, a->shape, a->layout, a->qkv.view,
                                           a->kv.layer(0), a->out.view, {});
            };
          }};
}

SegmentLayout groups_layout(int32_t groups) {
  SegmentLayout layout;
  for (int32_t g = 0; g < groups; ++g) {
    const int32_t prompt = layout.add(32, -1);
    for (int answer = 0; answer < 8; ++answer) layout.add(64, prompt);
  }
  return layout;
}

SegmentLayout row_layout(int32_t tokens) {
  SegmentLayout layout;
  layout.add(tokens, -1);
  return layout;
}

}  // namespace

std::vector<OpCase> attention_cases(const ModelConfig& config, const AttentionSizes& sizes) {
  const SegmentLayout groups = groups_layout(sizes.groups), row = row_layout(sizes.longest);
  const ordered_json groups_shape = {
      {"groups", sizes.groups}, {"prompt", 32}, {"answers", 8}, {"answer", 64}};
  const ordered_json row_shape = {{"rows", 1}, {"tokens", sizes.longest}};
  return {packed_forward(config, groups, groups_shape),
          packed_forward(config, row, row_shape),
          packed_backward(config, groups, groups_shape),
          packed_backward(config, row, row_shape),
          paged(config, 1, sizes.longest, 1),
          paged(config, sizes.rows, sizes.longest, 1),
          paged(config, 1, 0, sizes.longest)};
}

}  // namespace kedge
