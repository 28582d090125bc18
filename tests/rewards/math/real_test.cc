#include "rewards/math/real.h"

#include <gtest/gtest.h>

#include <thread>

namespace kedge {
namespace {

Real power_of_ten(long exponent) {
  Real out(mpq_class(10));
  mpfr_pow_si(out.get(), out.get(), exponent, MPFR_RNDN);
  return out;
}

TEST(Real, CopiesAndMoves) {
  const Real two(mpq_class(2));
  Real copy = two;
  const Real moved = std::move(copy);
  EXPECT_EQ(mpfr_cmp_ui(moved.get(), 2), 0);
  EXPECT_EQ(moved.sign(), 1);
  EXPECT_TRUE(moved.is_finite());
  EXPECT_FALSE(Real().is_finite());
}

TEST(Real, IsNearlyEqualWithinFortyDigits) {
  const Real one(mpq_class(1));
  EXPECT_TRUE(nearly_equal(one, apply(&mpfr_add, one, power_of_ten(-41))));
  EXPECT_FALSE(nearly_equal(one, apply(&mpfr_add, one, power_of_ten(-39))));
  // Below 1 the difference counts as it is, above relative to the number.
  EXPECT_TRUE(nearly_equal(power_of_ten(-41), power_of_ten(-42)));
  EXPECT_TRUE(nearly_equal(power_of_ten(50), apply(&mpfr_add, power_of_ten(50), power_of_ten(9))));
  EXPECT_TRUE(nearly_zero(power_of_ten(-41)));
  EXPECT_FALSE(nearly_zero(power_of_ten(-39)));
}

TEST(Real, WorksInAnotherThread) {
  bool equal = false;
  std::thread([&] {
    equal = nearly_equal(apply(&mpfr_cos, Real::pi()), Real(mpq_class(-1)));
  }).join();
  EXPECT_TRUE(equal);
}

}  // namespace
}  // namespace kedge
