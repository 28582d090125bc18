// libm of a wider type is the oracle here, and only here.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "model/kernels/math.h"

namespace kedge {
namespace {

double ulps(float value, long double exact) {
  int exponent = 0;
  std::frexp(static_cast<double>(exact), &exponent);
  return std::fabs(static_cast<double>((value - exact) / std::ldexp(1.0L, exponent - 24)));
}

// Every 61st float of both signs.
template <class F>
void for_floats(F f) {
  for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += 211) {
    f(std::bit_cast<float>(static_cast<uint32_t>(bits)));
  }
}

TEST(Math, FloatExpOverTheWholeRange) {
  double worst = 0.0;
  for_floats([&](float x) {
    if (!(std::fabs(x) < 90.0f)) return;
    const double exact = std::exp(static_cast<double>(x));
    const float y = math::exp(x);
    if (exact < 0x1p-126) {
      EXPECT_EQ(y, 0.0f) << x;
    } else if (exact >= 0x1.ffffffp127) {
      EXPECT_EQ(y, std::numeric_limits<float>::infinity()) << x;
    } else {
      worst = std::max(worst, ulps(y, exact));
    }
  });
  EXPECT_LT(worst, 1.0);
  EXPECT_EQ(math::exp(0.0f), 1.0f);
  EXPECT_EQ(math::exp(-200.0f), 0.0f);
  EXPECT_EQ(math::exp(1e30f), std::numeric_limits<float>::infinity());
  EXPECT_EQ(math::exp(-std::numeric_limits<float>::infinity()), 0.0f);
  EXPECT_TRUE(std::isnan(math::exp(std::nanf(""))));
}

TEST(Math, FloatExpNearItsEnds) {
  for (const float edge : {-87.33654f, 88.72283f}) {
    float x = edge;
    for (int i = 0; i < 50; ++i) x = std::nextafter(x, -100.0f);
    for (int i = 0; i < 100; ++i, x = std::nextafter(x, 100.0f)) {
      const double exact = std::exp(static_cast<double>(x));
      const float y = math::exp(x);
      if (exact < 0x1p-126) {
        EXPECT_TRUE(y == 0.0f) << x;
      } else if (exact < 0x1.ffffffp127) {
        EXPECT_LT(ulps(y, exact), 1.0) << x;
      } else {
        EXPECT_TRUE(std::isinf(y)) << x;
      }
    }
  }
}

TEST(Math, FloatLogIsNearlyCorrectlyRounded) {
  double worst = 0.0;
  for_floats([&](float x) {
    if (!(x >= 0x1p-126f) || std::isinf(x)) return;
    worst = std::max(worst, ulps(math::log(x), std::log(static_cast<double>(x))));
  });
  EXPECT_LT(worst, 0.5001);
  EXPECT_EQ(math::log(0.0f), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(math::log(-1.0f)));
  EXPECT_EQ(math::log(1.0f), 0.0f);
}

TEST(Math, FloatSinCos) {
  double worst = 0.0;
  for_floats([&](float x) {
    if (!(std::fabs(x) <= 0x1p20f) || std::fabs(x) < 0x1p-100f) return;
    worst = std::max(worst, ulps(math::sin(x), std::sin(static_cast<long double>(x))));
    worst = std::max(worst, ulps(math::cos(x), std::cos(static_cast<long double>(x))));
  });
  EXPECT_LT(worst, 0.51);
  EXPECT_TRUE(std::isnan(math::sin(0x1p21f)));
}

TEST(Math, FloatPow) {
  double worst = 0.0;
  for (float x = 0.01f; x < 100.0f; x *= 1.0371f) {
    for (float y = -12.3f; y < 12.0f; y += 0.173f) {
      worst = std::max(worst, ulps(math::pow(x, y), std::pow(static_cast<long double>(x), y)));
    }
  }
  EXPECT_LT(worst, 0.51);
}

}  // namespace
}  // namespace kedge
