// The norm of the whole gradient, in one declared order.
#pragma once
#include <span>

#include "model/context.h"

namespace kedge {

constexpr int kNormBlock = 4096;
constexpr int kNormLanes = 16;

// Sum of squares in fp64 of one block of at most 4,096 floats: lane l adds elements l, l + 16, ...
// in order; lanes are joined by the tree ((0+8)+(4+12)) ...: halves added pairwise, 8, 4, 2, 1.
double block_square_sum(std::span<const float> block);

// Square root of the sum of block_square_sum over consecutive blocks, added in block order. The
// order depends on the index only, not on threads. Not finite exactly when some element is not
// finite.
double global_norm(Context& context, std::span<const float> values);

// What gradients are multiplied with so that their norm is at most `limit`: limit / (norm + 1e-6),
// at most 1 (as torch.nn.utils.clip_grad_norm_).
double clip_scale(double norm, double limit);

}  // namespace kedge
