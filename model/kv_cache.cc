#include "model/kv_cache.h"

#include <algorithm>

#include "core/error.h"
#include "model/layout.h"

namespace kedge {

namespace {

int64_t floats_per_half(const ModelConfig& config) {
  return config.kv_size() * kKvBlock;
}

void copy_rows(const TensorView& tensor, int32_t from, int32_t to) {
  const int64_t size = tensor.stride[0];
  std::copy_n(tensor.f32() + from * size, size, tensor.f32() + to * size);
}

}  // namespace

KvCache::KvCache(const ModelConfig& config, int32_t num_blocks) : num_blocks_(num_blocks) {
  KEDGE_CHECK(num_blocks > 0, "KV cache of ", num_blocks, " blocks");
  const int64_t half = floats_per_half(config) * num_blocks;
  const int64_t floats = 2 * half * config.layers;
  memory_ = take_memory(floats * 4);
  std::fill_n(floats_of(memory_), floats, 0.0f);
  for (int64_t l = 0; l < config.layers; ++l) {
    float* keys = floats_of(memory_) + 2 * half * l;
    layers_.push_back(
        {TensorView(keys, {num_blocks, config.kv_heads, config.head_dim, kKvBlock}),
         TensorView(keys + half, {num_blocks, config.kv_heads, kKvBlock, config.head_dim})});
  }
}

void KvCache::copy_block(int32_t from, int32_t to) {
  KEDGE_CHECK(from >= 0 && from < num_blocks_ && to >= 0 && to < num_blocks_, "block ", from,
              " to block ", to, " of ", num_blocks_);
  for (const KvLayer& layer : layers_) {
    copy_rows(layer.keys, from, to);
    copy_rows(layer.values, from, to);
  }
}

int64_t KvCache::bytes_per_block(const ModelConfig& config) {
  return 2 * floats_per_half(config) * config.layers * static_cast<int64_t>(sizeof(float));
}

}  // namespace kedge
