// Arguments of the optimiser's kernels. One thread, raw pointers. What they compute, element by
// element, is written as plain loops in trainer/optim, which the tests compare to the bit.
#pragma once
#include <cstdint>

namespace kedge {

// Floats [0, n) of one update of AdamW, each in this order of IEEE operations, none fused:
//   g = grad * grad_scale;  m = beta1 m + rest1 g;  v = beta2 v + rest2 (g g)
//   w = w keep - (step_size m) / (sqrt(v) root_scale + epsilon)
struct AdamWCall {
  float* weight;
  const float* grad;
  float* first;
  float* second;
  int64_t n;
  float grad_scale, beta1, rest1, beta2, rest2;
  float step_size, root_scale, epsilon, keep;
};

}  // namespace kedge
