// Sums of gradient shards in one declared order (design section 9): a binary tree over the shard
// index. At each level shard i takes shard i + stride, stride = 1, 2, 4, ...; a shard without a
// partner waits for the next level. With S shards any number of ranks that divides S into equal
// aligned power-of-two runs gives the same bits.
#pragma once
#include "comm/communicator.h"

namespace kedge {

// Borders of the slices that ranks own are multiples of this many elements.
inline constexpr int64_t kSliceElements = 4096;

// Elements of one rank's slice of a flat buffer of `numel` floats: equal for all ranks, a multiple
// of kSliceElements; the last slices may reach past the end (padding).
int64_t slice_elements(int64_t numel, int num_ranks);

// Sums the rows of shards[S, N] (f32, contiguous) in tree order into row 0. The other rows hold
// partial sums afterwards.
void tree_sum(const TensorView& shards);

// values[N] (f32): in, this rank's shard; out, on every rank, the tree sum over all ranks. One
// all-to-all of slices, local adds in tree order, one all-gather. N may be any number and is the
// same on all ranks.
void tree_reduce(Communicator& communicator, std::span<float> values);

}  // namespace kedge
