// The table of kernels of one code path. One source (*_impl.h), written on the vector type of
// simd.h, is compiled three times (kernels_{scalar,avx2,avx512}.cc), each in a namespace of its own so
// that the linker can never mix them. Orders of sums: numerics.h.
//
// Everything here works on one thread and raw pointers; operators (ops_exact*.cc) split the work.
#pragma once
#include <cstdint>

#include "model/kernels/isa.h"

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
};

const Kernels& kernels();            // of chosen_isa()
const Kernels& kernels_of(Isa isa);  // InvariantError where the CPU lacks it

namespace isa_scalar { const Kernels& table(); }
namespace isa_avx2 { const Kernels& table(); }
namespace isa_avx512 { const Kernels& table(); }

}  // namespace kedge
