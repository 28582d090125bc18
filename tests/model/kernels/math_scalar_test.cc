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

// Every 211th bit pattern: all exponents of both signs, some 40,000 mantissas each.
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
  EXPECT_LT(worst, 0.501);
  EXPECT_EQ(math::log(0.0f), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(math::log(-1.0f)));
  EXPECT_EQ(math::log(1.0f), 0.0f);
}

TEST(Math, FloatSinCos) {
  double worst = 0.0;
  for_floats([&](float x) {
    if (!(std::fabs(x) <= 0x1p20f) || std::fabs(x) < 0x1p-126f) return;
    worst = std::max(worst, ulps(math::sin(x), std::sin(static_cast<long double>(x))));
    worst = std::max(worst, ulps(math::cos(x), std::cos(static_cast<long double>(x))));
  });
  EXPECT_LT(worst, 0.501);
  EXPECT_TRUE(std::isnan(math::sin(0x1p21f)));
  EXPECT_EQ(math::sin(0x1p-130f), 0.0f);
  EXPECT_EQ(math::cos(0.0f), 1.0f);
}

// Bases of all exponents; exponents y from those that take the result to 0 to those that take it to
// infinity.
TEST(Math, FloatPow) {
  double worst = 0.0;
  int64_t seen = 0;
  for (float x = 0x1.23456p-126f; x < 0x1p127f; x *= 1.173f) {
    const double log2_x = std::log2(static_cast<double>(x));
    for (double log2_y = -130.0; log2_y < 130.0; log2_y += 1.37) {
      const auto y = static_cast<float>(log2_y / log2_x);
      const long double exact = std::pow(static_cast<long double>(x), static_cast<long double>(y));
      const float found = math::pow(x, y);
      if (exact < 0x0.ffffff8p-126L) {
        EXPECT_EQ(found, 0.0f) << x << " " << y;
      } else if (exact > 0x1.ffffffp127L) {
        EXPECT_EQ(found, std::numeric_limits<float>::infinity()) << x << " " << y;
      } else if (exact >= 0x1p-126L) {
        worst = std::max(worst, ulps(found, exact));
        ++seen;
      }
    }
  }
  EXPECT_GT(seen, 100000);
  EXPECT_LT(worst, 0.501);
}

}  // namespace
}  // namespace kedge
