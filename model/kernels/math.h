// Transcendental functions as fixed polynomials: the same bits on every CPU with FMA, in scalar code
// and in any vector width. No libm anywhere in a run whose bits are promised (design section 6).
//
// Doubles are in core/math.h, which comes with it: without them a double would quietly become a float.
//
// Error bounds in units in the last place of the result, against the exact value; 0.5 is correct
// rounding. Tested against wider arithmetic over the whole range of each function: every normal result,
// the ends, zeros of sin and cos. Every step is an IEEE add, multiply, fused multiply-add or bit
// operation.
//
// Below the smallest normal number results are 0 and arguments count as 0; above the largest finite
// number results are infinity; NaN stays NaN, and is what a function gives outside its domain.
#pragma once
#include "core/math.h"

namespace kedge::math {

float exp(float x);           // < 1 ulp
float log(float x);           // < 0.501 ulp
float sin(float x);           // < 0.501 ulp, |x| <= 2^20
float cos(float x);           // < 0.501 ulp, |x| <= 2^20
float pow(float x, float y);  // < 0.501 ulp, x > 0

}  // namespace kedge::math
