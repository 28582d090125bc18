#include "comm/tree_reduce.h"

#include <algorithm>

namespace kedge {

int64_t slice_elements(int64_t numel, int num_ranks) {
  const int64_t step = kSliceElements * num_ranks;
  return (numel + step - 1) / step * kSliceElements;
}

void tree_sum(const TensorView& shards) {
  KEDGE_CHECK(shards.rank == 2 && shards.is_contiguous(), "[comm] tree_sum of ", shards.describe());
  const int64_t num_shards = shards.size(0);
  const int64_t numel = shards.size(1);
  float* const base = shards.f32();
  for (int64_t stride = 1; stride < num_shards; stride *= 2) {
    for (int64_t shard = 0; shard + stride < num_shards; shard += 2 * stride) {
      float* const to = base + shard * numel;
      const float* const from = to + stride * numel;
      for (int64_t i = 0; i < numel; ++i) {
        to[i] += from[i];
      }
    }
  }
}

void tree_reduce(Communicator& communicator, std::span<float> values) {
  const int size = communicator.size();
  if (size == 1) {
    return;
  }
  const auto numel = static_cast<int64_t>(values.size());
  const int64_t slice = slice_elements(numel, size);
  std::vector<float> padded(slice * size, 0.0f);
  std::vector<float> received(slice * size);
  std::copy(values.begin(), values.end(), padded.begin());
  const TensorView mine(padded.data(), {size, slice});
  const TensorView shards(received.data(), {size, slice});
  communicator.all_to_all(mine, shards);
  tree_sum(shards);
  communicator.all_gather(shards.rows(0, 1), mine);
  std::copy_n(padded.begin(), numel, values.begin());
}

}  // namespace kedge
