#include "model/transformer.h"

#include <algorithm>

#include "core/error.h"
#include "model/activations.h"
#include "model/rope.h"
#include "model/transformer_block.h"

namespace kedge {

namespace {

TensorView as_rows(const TensorView& tensor_TE) {
  return heads_of(tensor_TE, 0, 1, tensor_TE.size(1));
}

void check_tokens(std::span<const Token> tokens, int32_t layout_tokens, int64_t vocab) {
  KEDGE_CHECK(static_cast<int64_t>(tokens.size()) == layout_tokens, tokens.size(),
              " tokens, the layout has ", layout_tokens);
  for (size_t t = 0; t < tokens.size(); ++t) {
    KEDGE_CHECK(tokens[t] >= 0 && tokens[t] < vocab, "token ", t, " is ", tokens[t],
                ", the vocabulary has ", vocab);
  }
}

void check_position(int32_t end, int64_t max_position) {
  KEDGE_CHECK(end <= max_position, "a context of ", end, " tokens, the model holds ", max_position);
}

void fill_positions(const SegmentLayout& layout, int64_t max_position, std::span<int32_t> out_T) {
  for (const SegmentSpan& span : layout.segments) {
    check_position(span.first_position + span.end - span.begin, max_position);
    for (int32_t t = span.begin; t < span.end; ++t) {
      out_T[t] = span.first_position + t - span.begin;
    }
  }
}

void fill_positions(const PagedLayout& layout, int64_t max_position, std::span<int32_t> out_S) {
  int32_t begin = 0;
  for (const PagedRow& row : layout.rows) {
    const int32_t end_position = row.first_position + row.end - row.begin;
    KEDGE_CHECK(row.begin == begin && row.end > row.begin, "row [", row.begin, ", ", row.end,
                "), the one before ends at ", begin);
    check_position(end_position, max_position);
    KEDGE_CHECK(static_cast<int64_t>(row.blocks.size()) * kKvBlock >= end_position, "row needs ",
                end_position, " positions, it has ", row.blocks.size(), " blocks of ", kKvBlock);
    for (int32_t t = row.begin; t < row.end; ++t) out_S[t] = row.first_position + t - row.begin;
    begin = row.end;
  }
}

// The tensors of all blocks of a paged pass: nothing outlives its next reader, so the residual
// stream is one tensor, and the norms share theirs. take(width) hands out a [S, width] view.
template <class Take>
BlockTensors paged_tensors(const ModelConfig& config, Take&& take) {
  BlockTensors block;
  block.x_TE = block.mid_TE = block.y_TE = take(config.hidden);
  block.normed_TE = block.mid_normed_TE = take(config.hidden);
  block.rstd_T1 = block.mid_rstd_T1 = take(1);
  block.qkv_TC = take(config.qkv_size());
  if (config.qk_norm) {
    block.qk_raw_TG = block.qkv_TC.columns(0, config.q_size() + config.kv_size());
    block.rstd_q_TH = take(config.heads);
    block.rstd_k_TK = take(config.kv_heads);
  }
  block.attended_TG = take(config.q_size());
  block.gate_up_T2F = take(2 * config.intermediate);
  block.act_TF = take(config.intermediate);
  return block;
}

void observe(AttentionTap* tap, int layer, const BlockPass& pass, const BlockTensors& block,
             const KvLayer* kv) {
  if (tap == nullptr || !tap->wants(layer)) return;
  tap->observe({layer, pass.shape, block.qkv_TC, block.lse_TH, pass.forest, pass.paged, kv});
}

}  // namespace

Transformer::Transformer(const ModelConfig& config, const Operators& ops)
    : config_(config),
      ops_(ops),
      rope_memory_(rope_values(config, config.max_position)),
      rope_(rope_table(rope_memory_, config.head_dim)) {}

int64_t Transformer::backward_bytes_per_token(const ModelConfig& config) {
  return BlockGradients::bytes_per_token(config) + 4 * config.hidden;
}

int64_t Transformer::paged_bytes_per_token(const ModelConfig& config) {
  int64_t floats = 1 + config.heads;  // position and log-sum-exp
  paged_tensors(config, [&](int64_t width) {
    floats += width;
    return TensorView(nullptr, {1, width});
  });
  return 4 * floats;
}

void Transformer::forward(Context& context, const Parameters& parameters,
                          std::span<const Token> token_T, const SegmentLayout& layout,
                          Activations& activations, AttentionTap* tap) const {
  validate(layout);
  check_tokens(token_T, layout.num_tokens(), config_.vocab);
  Activations::Memory& memory = *activations.memory_;
  memory.bind(layout.num_tokens());
  fill_positions(layout, config_.max_position, memory.position_T);
  const BlockPass pass{
      config_, ops_, rope_, memory.position_T, &layout, nullptr, attention_shape(config_)};
  ops_.embedding->forward(context, token_T, parameters.embedding().weight,
                          memory.blocks.front().x_TE);
  for (int l = 0; l < config_.layers; ++l) {
    block_forward(context, pass, parameters.layer(l), memory.blocks[l], nullptr);
    memory.filled = l;
    observe(tap, l, pass, memory.blocks[l], nullptr);
  }
  ops_.norm->forward(context, as_rows(memory.last_TE), parameters.final_norm().weight.master_NK,
                     static_cast<float>(config_.rms_eps), as_rows(memory.hidden_TE),
                     memory.rstd_T1);
}

void Transformer::backward(Context& context, const Parameters& parameters,
                           std::span<const Token> token_T, const SegmentLayout& layout,
                           Activations& activations, const TensorView& dhidden_TE) const {
  Activations::Memory& memory = *activations.memory_;
  check_tokens(token_T, layout.num_tokens(), config_.vocab);
  KEDGE_CHECK(memory.tokens == layout.num_tokens(), "activations hold ", memory.tokens,
              " tokens, the layout has ", layout.num_tokens());
  const BlockPass pass{
      config_, ops_, rope_, memory.position_T, &layout, nullptr, attention_shape(config_)};
  const Arena::Scope scope(context.scratch);
  const BlockGradients work(context.scratch, config_, dhidden_TE);
  const TensorView dresidual_TE(context.scratch.floats(memory.tokens * config_.hidden),
                                {memory.tokens, config_.hidden});
  ops_.norm->backward(context, as_rows(dhidden_TE), as_rows(memory.last_TE),
                      parameters.final_norm().weight.master_NK, memory.rstd_T1, false,
                      as_rows(dresidual_TE), parameters.final_norm().grad);
  for (int l = static_cast<int>(config_.layers) - 1; l >= 0; --l) {
    if (memory.recompute == Recompute::blocks && memory.filled != l) {
      block_forward(context, pass, parameters.layer(l), memory.blocks[l], nullptr);
      memory.filled = l;
    }
    block_backward(context, pass, parameters.layer(l), memory.blocks[l], work, dresidual_TE);
  }
  ops_.embedding->backward(context, token_T, dresidual_TE, parameters.embedding().grad);
}

void Transformer::forward_paged(Context& context, const Parameters& parameters,
                                std::span<const Token> token_S, const PagedLayout& layout,
                                KvCache& kv, const TensorView& hidden_SE, AttentionTap* tap) const {
  check_tokens(token_S, layout.num_tokens(), config_.vocab);
  const auto tokens = static_cast<int64_t>(token_S.size());
  if (tokens == 0) return;
  const Arena::Scope scope(context.scratch);
  const std::span<int32_t> position_S(reinterpret_cast<int32_t*>(context.scratch.take(tokens * 4)),
                                      tokens);
  fill_positions(layout, config_.max_position, position_S);
  BlockTensors block = paged_tensors(config_, [&](int64_t width) {
    return TensorView(context.scratch.floats(tokens * width), {tokens, width});
  });
  const TensorView lse_SH(context.scratch.floats(tokens * config_.heads), {tokens, config_.heads});
  const BlockPass pass{
      config_, ops_, rope_, position_S, nullptr, &layout, attention_shape(config_)};
  ops_.embedding->forward(context, token_S, parameters.embedding().weight, block.x_TE);
  for (int l = 0; l < config_.layers; ++l) {
    block.lse_TH = tap != nullptr && tap->wants(l) ? lse_SH : TensorView();
    block_forward(context, pass, parameters.layer(l), block, &kv.layer(l));
    observe(tap, l, pass, block, &kv.layer(l));
  }
  ops_.norm->forward(context, as_rows(block.y_TE), parameters.final_norm().weight.master_NK,
                     static_cast<float>(config_.rms_eps), as_rows(hidden_SE), block.rstd_T1);
}

}  // namespace kedge
