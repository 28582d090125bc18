#include "model/transformer_block.h"

#include <algorithm>
#include <cmath>

namespace kedge {

namespace {

using Start = LinearOp::Start;

// The residual stream goes on from `from`; where both are the same memory it already does.
void copy(const TensorView& from, const TensorView& to) {
  if (from.data == to.data) return;
  for (int64_t t = 0; t < from.size(0); ++t) {
    std::copy_n(from.f32() + t * from.stride[0], from.size(1), to.f32() + t * to.stride[0]);
  }
}

TensorView as_rows(const TensorView& tensor_TE) {
  return heads_of(tensor_TE, 0, 1, tensor_TE.size(1));
}

float eps_of(const BlockPass& pass) {
  return static_cast<float>(pass.config.rms_eps);
}

TensorView q_of(const BlockPass& pass, const TensorView& qkv_TC) {
  return heads_of(qkv_TC, 0, pass.config.heads, pass.config.head_dim);
}

TensorView k_of(const BlockPass& pass, const TensorView& qkv_TC) {
  return heads_of(qkv_TC, pass.config.q_size(), pass.config.kv_heads, pass.config.head_dim);
}

// q and k lie next to each other: rotary sees them as H + K heads.
TensorView qk_of(const BlockPass& pass, const TensorView& qkv_TC) {
  return heads_of(qkv_TC, 0, pass.config.heads + pass.config.kv_heads, pass.config.head_dim);
}

void project_qkv(Context& context, const BlockPass& pass, const LayerParameters& weights,
                 const BlockTensors& block) {
  const Operators& ops = pass.ops;
  const Start start = pass.config.qkv_bias ? Start::bias : Start::zero;
  ops.linear->forward(context, block.normed_TE, weights.qkv.weight,
                      weights.qkv_bias.weight.master_NK, start, block.qkv_TC);
  if (pass.config.qk_norm) {
    copy(block.qkv_TC.columns(0, block.qk_raw_TG.size(1)), block.qk_raw_TG);
    ops.norm->forward(context, q_of(pass, block.qk_raw_TG), weights.q_norm.weight.master_NK,
                      eps_of(pass), q_of(pass, block.qkv_TC), block.rstd_q_TH);
    ops.norm->forward(context, k_of(pass, block.qk_raw_TG), weights.k_norm.weight.master_NK,
                      eps_of(pass), k_of(pass, block.qkv_TC), block.rstd_k_TK);
  }
  ops.rope->apply(context, qk_of(pass, block.qkv_TC), pass.position_T, pass.rope, false);
}

void mlp_backward(Context& context, const BlockPass& pass, const LayerParameters& weights,
                  const BlockTensors& block, const BlockGradients& work,
                  const TensorView& dresidual_TE) {
  const Operators& ops = pass.ops;
  ops.linear->backward_weight(context, dresidual_TE, block.act_TF, weights.down.grad, {});
  ops.linear->backward_input(context, dresidual_TE, weights.down.weight, work.dact_TF);
  ops.swiglu->backward(context, work.dact_TF, block.gate_up_T2F, work.dgate_up_T2F);
  ops.linear->backward_weight(context, work.dgate_up_T2F, block.mid_normed_TE, weights.gate_up.grad,
                              {});
  ops.linear->backward_input(context, work.dgate_up_T2F, weights.gate_up.weight, work.dnormed_TE);
  ops.norm->backward(context, as_rows(work.dnormed_TE), as_rows(block.mid_TE),
                     weights.post_norm.weight.master_NK, block.mid_rstd_T1, true,
                     as_rows(dresidual_TE), weights.post_norm.grad);
}

void qk_norm_backward(Context& context, const BlockPass& pass, const LayerParameters& weights,
                      const BlockTensors& block, const BlockGradients& work) {
  const NormOp& norm = *pass.ops.norm;
  copy(work.dqkv_TC.columns(0, work.dqk_raw_TG.size(1)), work.dqk_raw_TG);
  norm.backward(context, q_of(pass, work.dqk_raw_TG), q_of(pass, block.qk_raw_TG),
                weights.q_norm.weight.master_NK, block.rstd_q_TH, false, q_of(pass, work.dqkv_TC),
                weights.q_norm.grad);
  norm.backward(context, k_of(pass, work.dqk_raw_TG), k_of(pass, block.qk_raw_TG),
                weights.k_norm.weight.master_NK, block.rstd_k_TK, false, k_of(pass, work.dqkv_TC),
                weights.k_norm.grad);
}

void attention_backward(Context& context, const BlockPass& pass, const LayerParameters& weights,
                        const BlockTensors& block, const BlockGradients& work,
                        const TensorView& dresidual_TE) {
  const Operators& ops = pass.ops;
  ops.linear->backward_weight(context, dresidual_TE, block.attended_TG, weights.o.grad, {});
  ops.linear->backward_input(context, dresidual_TE, weights.o.weight, work.dattended_TG);
  ops.attention->backward(context, pass.shape, *pass.forest, block.qkv_TC,
                          q_of(pass, block.attended_TG), block.lse_TH,
                          q_of(pass, work.dattended_TG), work.dqkv_TC);
  ops.rope->apply(context, qk_of(pass, work.dqkv_TC), pass.position_T, pass.rope, true);
  if (pass.config.qk_norm) qk_norm_backward(context, pass, weights, block, work);
  ops.linear->backward_weight(context, work.dqkv_TC, block.normed_TE, weights.qkv.grad,
                              weights.qkv_bias.grad);
  ops.linear->backward_input(context, work.dqkv_TC, weights.qkv.weight, work.dnormed_TE);
  ops.norm->backward(context, as_rows(work.dnormed_TE), as_rows(block.x_TE),
                     weights.input_norm.weight.master_NK, block.rstd_T1, true,
                     as_rows(dresidual_TE), weights.input_norm.grad);
}

template <class Visit>
void for_each_gradient(BlockGradients& work, const ModelConfig& config, Visit&& visit) {
  visit(work.dqkv_TC, config.qkv_size());
  if (config.qk_norm) visit(work.dqk_raw_TG, config.q_size() + config.kv_size());
  visit(work.dattended_TG, config.q_size());
  visit(work.dgate_up_T2F, 2 * config.intermediate);
  visit(work.dact_TF, config.intermediate);
}

}  // namespace

TensorView heads_of(const TensorView& tensor_TC, int64_t first, int64_t heads, int64_t head_dim) {
  TensorView view = tensor_TC.columns(first, first + heads * head_dim);
  view.rank = 3;
  view.shape[1] = heads;
  view.shape[2] = head_dim;
  view.stride[1] = head_dim;
  view.stride[2] = 1;
  return view;
}

AttentionShape attention_shape(const ModelConfig& config) {
  const double scale = 1.0 / std::sqrt(static_cast<double>(config.head_dim));
  return {config.heads, config.kv_heads, config.head_dim, static_cast<float>(scale)};
}

void block_forward(Context& context, const BlockPass& pass, const LayerParameters& weights,
                   const BlockTensors& block, const KvLayer* kv) {
  const Operators& ops = pass.ops;
  ops.norm->forward(context, as_rows(block.x_TE), weights.input_norm.weight.master_NK, eps_of(pass),
                    as_rows(block.normed_TE), block.rstd_T1);
  project_qkv(context, pass, weights, block);
  const TensorView attended_THD = q_of(pass, block.attended_TG);
  if (pass.forest != nullptr) {
    ops.attention->forward(context, pass.shape, *pass.forest, block.qkv_TC, attended_THD,
                           block.lse_TH);
  } else {
    ops.attention->forward_paged(context, pass.shape, *pass.paged, block.qkv_TC, *kv, attended_THD,
                                 block.lse_TH);
  }
  copy(block.x_TE, block.mid_TE);
  ops.linear->forward(context, block.attended_TG, weights.o.weight, {}, Start::accumulate,
                      block.mid_TE);
  ops.norm->forward(context, as_rows(block.mid_TE), weights.post_norm.weight.master_NK,
                    eps_of(pass), as_rows(block.mid_normed_TE), block.mid_rstd_T1);
  ops.linear->forward(context, block.mid_normed_TE, weights.gate_up.weight, {}, Start::zero,
                      block.gate_up_T2F);
  ops.swiglu->forward(context, block.gate_up_T2F, block.act_TF);
  copy(block.mid_TE, block.y_TE);
  ops.linear->forward(context, block.act_TF, weights.down.weight, {}, Start::accumulate,
                      block.y_TE);
}

BlockGradients::BlockGradients(Arena& scratch, const ModelConfig& config, const TensorView& free_TE)
    : dnormed_TE(free_TE) {
  const int64_t tokens = free_TE.size(0);
  for_each_gradient(*this, config, [&](TensorView& view, int64_t width) {
    view = TensorView(scratch.floats(tokens * width), {tokens, width});
  });
}

int64_t BlockGradients::bytes_per_token(const ModelConfig& config) {
  BlockGradients work;
  int64_t floats = 0;
  for_each_gradient(work, config, [&](TensorView&, int64_t width) { floats += width; });
  return 4 * floats;
}

void block_backward(Context& context, const BlockPass& pass, const LayerParameters& weights,
                    const BlockTensors& block, const BlockGradients& work,
                    const TensorView& dresidual_TE) {
  mlp_backward(context, pass, weights, block, work, dresidual_TE);
  attention_backward(context, pass, weights, block, work, dresidual_TE);
}

}  // namespace kedge
