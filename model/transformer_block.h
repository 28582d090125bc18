// One block of the decoder, forward and backward. Private to the transformer.
#pragma once
#include <span>

#include "model/activations.h"
#include "model/attention_tap.h"

namespace kedge {

// What stays the same from block to block of one pass.
struct BlockPass {
  const ModelConfig& config;
  const Operators& ops;
  const RopeTable& rope;
  std::span<const int32_t> position_T;
  const SegmentLayout* forest = nullptr;  // exactly one of forest and paged is set
  const PagedLayout* paged = nullptr;
  AttentionShape shape = {};
};

AttentionShape attention_shape(const ModelConfig& config);

// Fills every tensor of `block` from block.x. kv is the layer's memory of a paged pass.
//   a = x + o(attention(rope(norm(qkv(norm(x))))))
//   y = a + down(silu(gate(norm(a))) * up(norm(a)))
void block_forward(Context& context, const BlockPass& pass, const LayerParameters& weights,
                   const BlockTensors& block, const KvLayer* kv);

// Scratch of a backward: the gradients of one block, whatever the number of layers.
struct BlockGradients {
  // `free_TE` is memory the caller no longer reads.
  BlockGradients(Arena& scratch, const ModelConfig& config, const TensorView& free_TE);
  static int64_t bytes_per_token(const ModelConfig& config);  // free_TE not counted

  TensorView dnormed_TE;
  TensorView dqkv_TC;
  TensorView dqk_raw_TG;  // empty without q/k norm
  TensorView dattended_TG;
  TensorView dgate_up_T2F;
  TensorView dact_TF;

 private:
  BlockGradients() = default;
};

// dy on entry of `dresidual` becomes dx; adds to the gradients of the weights.
void block_backward(Context& context, const BlockPass& pass, const LayerParameters& weights,
                    const BlockTensors& block, const BlockGradients& work,
                    const TensorView& dresidual_TE);

// [T, G, D] view of columns [first, first + G D) of a [T, C] tensor.
TensorView heads_of(const TensorView& tensor_TC, int64_t first, int64_t heads, int64_t head_dim);

}  // namespace kedge
