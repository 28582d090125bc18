// libm of a wider type is the oracle here, and only here.
#include "core/math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace kedge {
namespace {

double ulps(double value, long double exact) {
  int exponent = 0;
  std::frexp(static_cast<double>(exact), &exponent);
  return std::fabs(static_cast<double>((value - exact) / std::ldexp(1.0L, exponent - 53)));
}

TEST(Math, DoubleExp) {
  double worst = 0.0;
  for (double x = -708.39; x < 709.78; x += 0.0137913) {
    worst = std::max(worst, ulps(math::exp(x), std::exp(static_cast<long double>(x))));
  }
  for (double x = 1e-30; x < 1.0; x *= 1.0017) {
    worst = std::max(worst, ulps(math::exp(x), std::exp(static_cast<long double>(x))));
    worst = std::max(worst, ulps(math::exp(-x), std::exp(static_cast<long double>(-x))));
  }
  EXPECT_LT(worst, 1.0);
  EXPECT_EQ(math::exp(-710.0), 0.0);
  EXPECT_EQ(math::exp(710.0), std::numeric_limits<double>::infinity());
}

TEST(Math, DoubleLog) {
  double worst = 0.0;
  for (double x = 1e-307; x < 1e307; x *= 1.00713) {
    worst = std::max(worst, ulps(math::log(x), std::log(static_cast<long double>(x))));
  }
  for (double x = 0.5; x < 2.0; x += 1.3713e-5) {
    worst = std::max(worst, ulps(math::log(x), std::log(static_cast<long double>(x))));
  }
  for (const double x : {0x1p-1022, 0x1.fffffffffffffp-1022, 0x1.fffffffffffffp1023, 1 - 0x1p-53,
                         1 + 0x1p-52}) {
    worst = std::max(worst, ulps(math::log(x), std::log(static_cast<long double>(x))));
  }
  EXPECT_LT(worst, 0.51);
}

TEST(Math, DoubleSinCos) {
  double worst = 0.0;
  for (double x = -1048576.0; x < 1048576.0; x += 7.31713) {
    worst = std::max(worst, ulps(math::sin(x), std::sin(static_cast<long double>(x))));
    worst = std::max(worst, ulps(math::cos(x), std::cos(static_cast<long double>(x))));
  }
  for (double x = 0x1p-1022; x < 1.0; x *= 1.0313) {
    worst = std::max(worst, ulps(math::sin(x), std::sin(static_cast<long double>(x))));
  }
  for (int i = 1; i < 200000; ++i) {  // next to the zeros
    const double x = i * 1.5707963267948966;
    worst = std::max(worst, ulps(math::sin(x), std::sin(static_cast<long double>(x))));
    worst = std::max(worst, ulps(math::cos(x), std::cos(static_cast<long double>(x))));
  }
  EXPECT_LT(worst, 1.0);
}

TEST(Math, DoublePow) {
  double worst = 0.0;
  for (double x = 1e-9; x < 1e9; x *= 1.2371) {
    for (double y = -30.0; y < 30.0; y += 0.377) {
      worst = std::max(worst, ulps(math::pow(x, y), std::pow(static_cast<long double>(x), y)));
    }
  }
  for (double x = 0x1.23p-1022; x < 0x1p1023; x *= 3.317) {
    const double log2_x = std::log2(x);
    for (double log2_y = -1021.0; log2_y < 1023.0; log2_y += 17.31) {
      const double y = log2_y / log2_x;
      const long double exact = std::pow(static_cast<long double>(x), static_cast<long double>(y));
      if (exact < 0x1p-1022L || exact > 0x1.fffffffffffffp1023L) continue;
      worst = std::max(worst, ulps(math::pow(x, y), exact));
    }
  }
  for (int step = 1; step < 20000; step += 7) {  // what Adam's bias correction asks
    worst = std::max(worst, ulps(math::pow(0.999, static_cast<double>(step)),
                                 std::pow(0.999L + (0.999 - 0.999L), static_cast<long double>(step))));
  }
  EXPECT_LT(worst, 2.0);
  EXPECT_EQ(math::pow(2.0, 10.0), 1024.0);
  EXPECT_EQ(math::pow(3.0, 0.0), 1.0);
  EXPECT_EQ(math::pow(0.5, 2000.0), 0.0);
}

}  // namespace
}  // namespace kedge
