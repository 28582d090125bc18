// Transcendental functions of doubles as fixed polynomials: the same bits on every CPU with FMA. No
// libm anywhere in a run whose bits are promised (design section 6). Floats are in
// model/kernels/math.h.
//
// For schedules, rotary tables, loss terms, rewards and sums kept in fp64. Every step is an IEEE add,
// multiply, fused multiply-add or bit operation.
//
// Error bounds in units in the last place of the result, against the exact value, tested against wider
// arithmetic over the whole range of each function.
#pragma once

namespace kedge::math {

constexpr double kPi = 3.14159265358979323846;

double exp(double x);            // < 1 ulp
double log(double x);            // < 0.51 ulp
double sin(double x);            // < 1 ulp, |x| <= 2^20
double cos(double x);            // < 1 ulp, |x| <= 2^20
double pow(double x, double y);  // < 2 ulp, x > 0

}  // namespace kedge::math
