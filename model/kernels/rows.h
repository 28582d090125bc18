// Arguments of the row-wise kernels (norm, rotary, SwiGLU). One thread, raw pointers.
#pragma once
#include <cstdint>

#include "model/kernels/shared_inline.h"

namespace kedge {

// Rows (t, g) of x at x + t * t_stride + g * g_stride.
struct Rows {
  const float* data;
  int64_t t_stride, g_stride;
  KEDGE_SHARED_INLINE const float* row(int64_t t, int64_t g) const {
    return data + t * t_stride + g * g_stride;
  }
};

// dw[j] += sum over (t, g), t outer, of dy[j] * (x[j] * rstd), for columns [begin, end).
struct NormWeightCall {
  Rows dy, x;
  const float* rstd_TG;
  int64_t tokens, groups;
  int64_t begin, end;
  float* dw;
};

// One source row of the head's backward: weight = sum of its targets' d loss / d logprob,
// entropy_weight = d loss / d entropy of the row.
struct DlogitsCall {
  float inverse_temperature = 1.0f;
  float lse = 0.0f;
  float weight = 0.0f;
  float entropy = 0.0f;
  float entropy_weight = 0.0f;
};

}  // namespace kedge
