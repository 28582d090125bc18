// The tensors of one block and the memory that keeps them between forward and backward. Private to
// the transformer.
//
// Legend: T tokens, E model dim, F MLP dim, H query heads, K KV heads, D head dim, C = (H + 2K) D.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "core/tensor_view.h"
#include "model/config.h"
#include "model/memory.h"
#include "model/transformer.h"

namespace kedge {

// What a block reads and writes for T tokens. Views may share memory where the contents are no
// longer needed: see the two makers of such a set, Activations::Memory and
// Transformer::forward_paged.
struct BlockTensors {
  TensorView x_TE;       // input of the block
  TensorView normed_TE;  // after the first norm
  TensorView rstd_T1;
  TensorView qkv_TC;     // after q/k norm and rotary
  TensorView qk_raw_TG;  // q|k before their norm, G = (H + K) D; empty without q/k norm
  TensorView rstd_q_TH;  // empty without q/k norm
  TensorView rstd_k_TK;
  TensorView attended_TG;  // output of attention, G = H D
  TensorView lse_TH;
  TensorView mid_TE;         // x + o(attended)
  TensorView mid_normed_TE;  // after the second norm
  TensorView mid_rstd_T1;
  TensorView gate_up_T2F;
  TensorView act_TF;  // silu(gate) * up
  TensorView y_TE;    // mid + down(act)
};

// Calls visit(view, width) for every tensor of a block but x and y, in memory order.
template <class Visit>
void for_each_inner_tensor(BlockTensors& block, const ModelConfig& config, Visit&& visit) {
  visit(block.normed_TE, config.hidden);
  visit(block.rstd_T1, int64_t{1});
  visit(block.qkv_TC, config.qkv_size());
  if (config.qk_norm) {
    visit(block.qk_raw_TG, config.q_size() + config.kv_size());
    visit(block.rstd_q_TH, config.heads);
    visit(block.rstd_k_TK, config.kv_heads);
  }
  visit(block.attended_TG, config.q_size());
  visit(block.lse_TH, config.heads);
  visit(block.mid_TE, config.hidden);
  visit(block.mid_normed_TE, config.hidden);
  visit(block.mid_rstd_T1, int64_t{1});
  visit(block.gate_up_T2F, 2 * config.intermediate);
  visit(block.act_TF, config.intermediate);
}

struct Activations::Memory {
  Memory(const ModelConfig& config, Recompute recompute);

  // Binds all views for T tokens; allocates only when T is a new high-water mark.
  void bind(int64_t tokens);

  const ModelConfig config;
  const Recompute recompute;
  int64_t tokens = 0;
  int64_t bytes = 0;  // held from the system
  // With Recompute::blocks all members but x and y are the same memory in every block.
  std::vector<BlockTensors> blocks;
  int filled = -1;       // Recompute::blocks: whose tensors the shared memory holds
  TensorView last_TE;    // input of the last norm: y of the last block
  TensorView hidden_TE;  // after it
  TensorView rstd_T1;
  std::span<int32_t> position_T;

 private:
  // Hands out views from `base` on (nullptr: only counts) and returns the bytes they take.
  int64_t lay_out(int64_t tokens, std::byte* base);
  kedge::Memory memory_;
};

}  // namespace kedge
