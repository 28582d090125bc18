#include "core/math.h"

#include <cstdint>

namespace kedge::math {
namespace {

// An unevaluated sum hi + lo, |lo| <= ulp(hi) / 2.
struct Double2 {
  double hi;
  double lo;
};

double fma(double a, double b, double c) { return __builtin_fma(a, b, c); }

// Exact for |a| >= |b|.
Double2 fast_two_sum(double a, double b) {
  const double s = a + b;
  return {s, b - (s - a)};
}

Double2 multiply(Double2 a, Double2 b) {
  const double p = a.hi * b.hi;
  const double low = fma(a.hi, b.hi, -p);
  return fast_two_sum(p, fma(a.hi, b.lo, fma(a.lo, b.hi, low)));
}

constexpr double kSmallestNormal = 0x1p-1022;
constexpr double kInfinity = __builtin_inf();

uint64_t bits_of(double x) { return __builtin_bit_cast(uint64_t, x); }

// log x = e ln 2 + 2 atanh(s), s = (m - 1) / (m + 1), m in [sqrt(1/2), sqrt(2)). The first two terms
// of the series are kept in two doubles, the rest is below 2^-65 of the result.
Double2 log_normal(double x) {
  const uint64_t bits = bits_of(x);
  int64_t e = static_cast<int64_t>(bits >> 52) - 1023;
  double m = __builtin_bit_cast(double, (bits & 0xfffffffffffffull) | 0x3ff0000000000000ull);
  if (m > 0x1.6a09e667f3bcdp+0) {
    m *= 0.5;
    e += 1;
  }
  const double f = m - 1.0;
  const Double2 d = fast_two_sum(2.0, f);
  const double s_hi = f / d.hi;
  const double s_lo = (fma(-s_hi, d.hi, f) - s_hi * d.lo) / d.hi;
  const Double2 s = {s_hi, s_lo};
  const Double2 s2 = multiply(s, s);
  double rest = 2.0 / 25.0;
  for (int k = 23; k >= 5; k -= 2) rest = fma(rest, s2.hi, 2.0 / k);
  Double2 c = fast_two_sum(0x1.5555555555555p-1, rest * s2.hi);
  c.lo += 0x1.5555555555555p-55;
  const Double2 tail = multiply(multiply(s2, c), s);
  Double2 sum = fast_two_sum(2.0 * s.hi, tail.hi);
  sum.lo += 2.0 * s.lo + tail.lo;
  const double n = static_cast<double>(e);
  if (e == 0) return fast_two_sum(sum.hi, sum.lo);
  Double2 all = fast_two_sum(n * 0x1.62e42ffp-1, sum.hi);
  all.lo += fma(n, -0x1.718432a1b0e26p-35, sum.lo);
  return fast_two_sum(all.hi, all.lo);
}

// exp(x.hi + x.lo); x.lo matters for pow only.
double exp_of_sum(Double2 x) {
  if (x.hi != x.hi) return x.hi;
  if (x.hi > 0x1.62e42fefa39efp+9) return kInfinity;
  if (x.hi < -0x1.6232bdd7abcd2p+9) return 0.0;
  const double n_magic = fma(x.hi, 0x1.71547652b82fep+0, 0x1.8p52);
  const double n = n_magic - 0x1.8p52;
  const double r_hi = fma(n, -0x1.62e42ffp-1, x.hi);
  const double r_lo = fma(n, 0x1.718432a1b0e26p-35, x.lo);
  const double r = r_hi + r_lo;
  const double correction = (r_hi - r) + r_lo;
  // Taylor to r^13: the next term is below 2^-57.
  double q = 1.0 / 6227020800.0;
  double factorial = 6227020800.0;
  for (int k = 13; k > 2; --k) {
    factorial /= k;
    q = fma(q, r, 1.0 / factorial);
  }
  const double p = 1.0 + (r + fma(r * r, q, correction));
  return __builtin_bit_cast(double, bits_of(p) + (bits_of(n_magic) << 52));
}

// x - n pi/2 in two doubles and n mod 4. pi/2 in parts of 33, 33 and 53 bits: n * part is exact.
Double2 reduce(double x, int& quadrant) {
  const double n_magic = fma(x, 0x1.45f306dc9c883p-1, 0x1.8p52);
  const double n = n_magic - 0x1.8p52;
  quadrant = static_cast<int>(bits_of(n_magic) & 3);
  const double first = fma(-n, 0x1.921fb544p+0, x);
  const double second = n * 0x1.0b4611a6p-34;
  const double hi = first - second;
  const double back = hi - first;
  const double lo = (first - (hi - back)) - (second + back);
  return fast_two_sum(hi, fma(-n, 0x1.3198a2e037073p-69, lo));
}

double sin_small(Double2 x) {
  const double r = x.hi, r2 = r * r;
  double q = -1.0 / 121645100408832000.0;  // 19!
  double factorial = 121645100408832000.0;
  double sign = 1.0;
  for (int k = 17; k >= 3; k -= 2) {
    factorial /= (k + 1) * (k + 2);
    q = fma(q, r2, sign / factorial);
    sign = -sign;
  }
  return r + fma(r * r2, q, x.lo * fma(-0.5, r2, 1.0));
}

double cos_small(Double2 x) {
  const double r = x.hi, r2 = r * r;
  double q = -1.0 / 6402373705728000.0;  // 18!
  double factorial = 6402373705728000.0;
  double sign = 1.0;
  for (int k = 16; k >= 4; k -= 2) {
    factorial /= (k + 1) * (k + 2);
    q = fma(q, r2, sign / factorial);
    sign = -sign;
  }
  const double half = 0.5 * r2;
  const double w = 1.0 - half;
  return w + (((1.0 - w) - half) + fma(r2 * r2, q, -r * x.lo));
}

double sin_or_cos(double x, int shift) {
  if (!(x >= -0x1p20 && x <= 0x1p20)) return __builtin_nan("");
  int quadrant = 0;
  const Double2 r = reduce(x, quadrant);
  quadrant = (quadrant + shift) & 3;
  const double y = quadrant & 1 ? cos_small(r) : sin_small(r);
  return quadrant & 2 ? -y : y;
}

}  // namespace

double log(double x) {
  if (x != x || x == kInfinity) return x;
  if (x < 0.0) return __builtin_nan("");
  if (x < kSmallestNormal) return -kInfinity;
  return log_normal(x).hi;
}

double exp(double x) { return exp_of_sum({x, 0.0}); }
double sin(double x) { return sin_or_cos(x, 0); }
double cos(double x) { return sin_or_cos(x, 1); }

double pow(double x, double y) {
  if (y == 0.0 || x == 1.0) return 1.0;
  if (!(x > 0.0)) return x == 0.0 ? (y > 0.0 ? 0.0 : kInfinity) : __builtin_nan("");
  if (y != y) return y;
  if (x < kSmallestNormal || x == kInfinity || y == kInfinity || y == -kInfinity) {
    return exp(y * log(x));
  }
  const Double2 l = log_normal(x);
  const double p = y * l.hi;
  if (p > 1000.0 || p < -1000.0) return p > 0.0 ? kInfinity : 0.0;
  return exp_of_sum({p, fma(y, l.lo, fma(y, l.hi, -p))});
}

}  // namespace kedge::math
