// Transcendental functions of doubles as fixed polynomials: the same bits on every CPU with FMA. No
// libm anywhere in a run whose bits are promised (design section 6). Floats are in
// model/kernels/math.h.
//
// For schedules, rope tables, loss terms, rewards and sums kept in fp64. Within 2 ulp (tested);
// every step is an IEEE add, multiply, fused multiply-add or bit operation.
#pragma once

namespace kedge::math {

constexpr double kPi = 3.14159265358979323846;

double exp(double x);
double log(double x);
double sin(double x);            // |x| <= 2^20
double cos(double x);            // |x| <= 2^20
double pow(double x, double y);  // x > 0

}  // namespace kedge::math
