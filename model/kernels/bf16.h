// bf16 products: which of two ways with the same bits this CPU takes. VDPBF16PS is used where the CPU
// has it, computes in the order of numerics.h (checked on random cases, denormals among them), and is
// faster than two fused multiply-adds on unpacked halves: on some CPUs it runs at half their rate.
#pragma once
#include "model/kernels/kernels.h"

namespace kedge {

using GemmFunction = void (*)(const GemmCall& call);

// Checked once per process.
bool native_pairs_agree();  // false where the CPU has no such instruction
bool native_pairs_pay();    // and it is the faster way

// The bf16 product of a code path.
GemmFunction pair_gemm(const Kernels& kernels);

}  // namespace kedge
