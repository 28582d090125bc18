// Arguments of the attention kernels. One thread, one KV head. A "query row" is one (token, query
// head) pair; keys are addressed by their logical index, which is their position in the row's context.
#pragma once
#include <cstdint>

#include "model/kernels/shared_inline.h"

namespace kedge {

constexpr int64_t kQueryRows = 32;  // query rows of one strip: the lanes of its scores

// D rounded up to whole panels: what rows of values, and of keys in training, are padded to.
KEDGE_SHARED_INLINE int64_t padded_dim(int64_t d) { return (d + 31) / 32 * 32; }

// Keys [first, first + count) of a context, in memory that holds them side by side. k(j, e) at
// k[j * k_row + e * k_step] (one stride is 1); v rows v_row apart, readable up to padded_dim.
struct KeyRun {
  const float* k = nullptr;
  int64_t k_row = 0, k_step = 0;
  const float* v = nullptr;
  int64_t v_row = 0;
  int64_t first = 0, count = 0;
  // Training backward only; rows padded_dim apart, added to.
  float* dk = nullptr;
  float* dv = nullptr;
};

struct KeyRuns {
  const KeyRun* runs = nullptr;
  int64_t count = 0;
  int64_t head_dim = 0;
  float scale = 0.0f;
};

// Up to 32 query rows. limit[r]: how many keys row r sees, >= 1. Scratch: strip_scratch_floats.
struct StripCall {
  KeyRuns keys;
  int64_t rows = 0;
  const float* q[kQueryRows];
  int32_t limit[kQueryRows];
  float* out[kQueryRows];
  float lse[kQueryRows];  // result
  float* scratch = nullptr;
};
KEDGE_SHARED_INLINE int64_t strip_scratch_floats(int64_t keys, int64_t head_dim) {
  return (keys + 3 * padded_dim(head_dim)) * kQueryRows + 64;
}

// All query heads of one token: head h reads q + h * head_dim, sees all `limit` keys.
struct DecodeCall {
  KeyRuns keys;          // runs with k_row == 1, k_step == 16, count <= 16
  int64_t heads = 0;
  const float* q = nullptr;
  int64_t limit = 0;
  float* out = nullptr;  // head h at out + h * head_dim
  float* lse = nullptr;  // [heads]
  float* scratch = nullptr;
};
KEDGE_SHARED_INLINE int64_t decode_scratch_floats(int64_t keys, int64_t heads) {
  return heads * ((keys + 15) / 16 * 16 + 64);
}

// Backward of a strip: dk and dv of the runs are added to, dq is overwritten.
struct StripBackwardCall {
  KeyRuns keys;
  int64_t rows = 0;
  const float* q[kQueryRows];
  const float* out[kQueryRows];
  const float* dout[kQueryRows];
  float* dq[kQueryRows];
  int32_t limit[kQueryRows];
  float lse[kQueryRows];
  float* scratch = nullptr;
};
constexpr int64_t kBackwardKeys = 48;  // keys of one step: four tiles of 12
KEDGE_SHARED_INLINE int64_t strip_backward_scratch_floats(int64_t head_dim) {
  return (5 * padded_dim(head_dim) + 2 * kBackwardKeys) * kQueryRows + 64;
}

}  // namespace kedge
