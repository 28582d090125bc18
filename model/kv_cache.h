// Paged key/value memory of one model: per layer, blocks of 16 tokens. Who owns which block is the
// business of the rollout's block pool; this is only the memory.
//
// Legend: N blocks, K KV heads, D head dim. Keys lie dimension-major inside a block so that lanes can
// run over keys for scores and over dimensions for values: keys [N, K, D, 16], values [N, K, 16, D].
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "core/tensor_view.h"
#include "model/config.h"
#include "model/memory.h"

namespace kedge {

struct KvLayer {
  TensorView keys;    // [N, K, D, 16]
  TensorView values;  // [N, K, 16, D]
};

class KvCache {
 public:
  KvCache(const ModelConfig& config, int32_t num_blocks);
  int32_t num_blocks() const { return num_blocks_; }
  const KvLayer& layer(int index) const { return layers_[index]; }
  // Copies all layers of block `from` into block `to` (copy-on-write).
  void copy_block(int32_t from, int32_t to);
  static int64_t bytes_per_block(const ModelConfig& config);

 private:
  int32_t num_blocks_;
  Memory memory_;
  std::vector<KvLayer> layers_;
};

}  // namespace kedge
