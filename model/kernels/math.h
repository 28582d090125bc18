// Transcendental functions as fixed polynomials: the same bits on every CPU with FMA, in scalar code
// and in any vector width. No libm anywhere in a run whose bits are promised (design section 6).
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

// double: for schedules, rope tables, loss terms and sums kept in fp64. Within 2 ulp.
double exp(double x);
double log(double x);
double sin(double x);
double cos(double x);
double pow(double x, double y);  // x > 0

}  // namespace kedge::math
