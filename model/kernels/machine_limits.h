// What this machine can do, measured: the limits that speeds are compared with. Each measurement runs
// for about `seconds` and returns the best of several short repetitions, so that a busy neighbour
// costs repetitions and not the result.
#pragma once
#include "model/context.h"

namespace kedge {

// Independent fp32 fused multiply-adds on all threads of the pool, in 1e9 operations per second (one
// multiply-add counts two).
double measure_fma_gflops(Context& context, double seconds);
// Operations of bf16 dot products by VDPBF16PS; 0 where the CPU lacks it. The bf16 limit of a machine
// is the larger of this and the fp32 one.
double measure_bf16_gflops(Context& context, double seconds);
// Reading a buffer of so many bytes over and over, 1e9 bytes per second: the bandwidth of memory where
// the buffer is much larger than the caches, of a cache where it fits. At least 64 KiB.
double measure_read_gbytes(Context& context, int64_t bytes, double seconds);
// Copying one half of it into the other: bytes read plus bytes written per second.
double measure_copy_gbytes(Context& context, int64_t bytes, double seconds);

}  // namespace kedge
