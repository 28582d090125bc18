// The table of kernels of one code path. One source (*_impl.h), written on the vector type of
// simd.h, is compiled three times (kernels_{scalar,avx2,avx512}.cc), each in a namespace of its own so
// that the linker can never mix them. Orders of sums: numerics.h.
//
// Everything here works on one thread and raw pointers; operators (ops_exact*.cc) split the work.
#pragma once
#include <cstdint>

#include "model/kernels/attention.h"
#include "model/kernels/gemm.h"
#include "model/kernels/isa.h"
#include "model/kernels/optim.h"
#include "model/kernels/rows.h"

namespace kedge {

struct RowSum {
  float max;   // of z = logit * inverse_temperature
  double sum;  // of exp(z - max)
};

struct Kernels {
  Isa isa;
  // out[i] = exp(x[i]).
  void (*exp)(const float* x, float* out, int64_t n);
  RowSum (*row_softmax)(const float* logits, int64_t n, float inverse_temperature);
  // Sum of exp(z - max) * (z - max), in the order of row_softmax.
  double (*row_entropy_sum)(const float* logits, int64_t n, float inverse_temperature, float max);
  void (*gemm)(const GemmCall& call);
  // Panels [first, last) of w [n, k] (rows w_row apart) into out, panel p at out + p * 32 * k.
  void (*pack_panels)(const float* w, int64_t w_row, int64_t n, int64_t k, int64_t first,
                      int64_t last, float* out);

  // The bf16 product by fused multiply-adds (gemm.h; bf16.h chooses between this and VDPBF16PS).
  void (*gemm_pairs)(const GemmCall& call);
  // As pack_panels, in pairs over k: panel p at out + p * 32 * ceil(k / 2); scratch of 16 * (k + 1).
  void (*pack_pair_panels)(const float* w, int64_t w_row, int64_t n, int64_t k, int64_t first,
                           int64_t last, float* out, float* scratch);
  // Rows [first, last) of w [n, k] in pairs over n: row l of out [ceil(n / 2)][k] is rows 2l, 2l + 1.
  void (*pair_rows)(const float* w, int64_t w_row, int64_t n, int64_t k, int64_t first, int64_t last,
                    float* out);
  float (*dot16)(const float* a, const float* b, int64_t n);
  float (*norm_row)(const float* x, const float* w, int64_t n, float eps, float* y);  // -> rstd
  void (*norm_backward_row)(const float* dy, const float* x, const float* w, float rstd, int64_t n,
                            bool accumulate, float* dx);
  void (*norm_weight)(const NormWeightCall& call);
  void (*add_columns)(const float* x, int64_t rows, int64_t row, int64_t begin, int64_t end,
                      float* out);
  void (*rope_row)(float* x, const float* cos, const float* sin, int64_t half, bool inverse);
  void (*swiglu_row)(const float* gate, const float* up, int64_t n, float* h);
  void (*swiglu_backward_row)(const float* dh, const float* gate, const float* up, int64_t n,
                              float* dgate, float* dup);
  void (*add_row)(const float* x, int64_t n, float* out);
  void (*dlogits_row)(float* logits, int64_t n, const DlogitsCall& call);
  void (*attend_strip)(StripCall& call);
  void (*attend_decode)(const DecodeCall& call);
  void (*attend_strip_backward)(const StripBackwardCall& call);

  void (*adamw)(const AdamWCall& call);
  // Sum of squares in fp64: sixteen chains over the index mod 16, joined by halves.
  double (*square_sum)(const float* x, int64_t n);

  // Limits of the machine (machine_limits.h).
  int64_t (*fma_loop)(int64_t steps, float* sink);
  float (*read_loop)(const float* p, int64_t n);
  void (*copy_loop)(const float* from, float* to, int64_t n);
};

const Kernels& kernels();            // of chosen_isa()
const Kernels& kernels_of(Isa isa);  // InvariantError where the CPU lacks it

// The product by VDPBF16PS, for a CPU that has it (bf16.h).
namespace isa_avx512bf16 {
void gemm_pairs(const GemmCall& call);
int64_t pair_loop(int64_t steps, float* sink);  // as fma_loop, operations of dot products
}  // namespace isa_avx512bf16

namespace isa_scalar { const Kernels& table(); }
namespace isa_avx2 { const Kernels& table(); }
namespace isa_avx512 { const Kernels& table(); }

}  // namespace kedge
