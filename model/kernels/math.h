// Transcendental functions as fixed polynomials: the same bits on every CPU with FMA, in scalar code
// and in any vector width. No libm anywhere in a run whose bits are promised (design section 6).
//
// Doubles are in core/math.h.
//
// Error bounds (tested over the whole range): see each function. Every step is an IEEE add, multiply,
// fused multiply-add or bit operation.
#pragma once

namespace kedge::math {

// float: within 1 ulp where not said otherwise. Inputs below the normal range give 0, above infinity.
float exp(float x);
float log(float x);
float sin(float x);   // |x| <= 2^20
float cos(float x);
float pow(float x, float y);  // x > 0

}  // namespace kedge::math
