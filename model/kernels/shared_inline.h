// Functions that kernels and their callers share through headers. They are compiled both with and
// without AVX-512, so no copy of them may reach the linker: it would keep one for everybody, perhaps
// the one that the CPU cannot run.
#pragma once
#define KEDGE_SHARED_INLINE inline __attribute__((always_inline))
