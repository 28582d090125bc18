#include "core/schema_bounds.h"

#include <gtest/gtest.h>

#include <cmath>

namespace kedge {
namespace {

TEST(SchemaBounds, EndsAreInsideOrOutside) {
  EXPECT_FALSE(positive().contains(0));
  EXPECT_TRUE(positive().contains(1e-300));
  EXPECT_TRUE(at_least(0).contains(0));
  EXPECT_FALSE(at_least(0).contains(-1e-300));
  EXPECT_TRUE(at_most(2).contains(2));
  EXPECT_FALSE(below(2).contains(2));
  EXPECT_TRUE(between(0, 1).contains(0) && between(0, 1).contains(1));
  EXPECT_FALSE(above_up_to(0, 1).contains(0));
  EXPECT_TRUE(above_up_to(0, 1).contains(1));
  EXPECT_FALSE(from_below(0, 1).contains(1));
  EXPECT_TRUE(Bounds{}.contains(-1e300));
  EXPECT_FALSE(at_least(0).contains(NAN));
}

TEST(SchemaBounds, Texts) {
  EXPECT_EQ(positive().text(), "> 0");
  EXPECT_EQ(at_least(1).text(), ">= 1");
  EXPECT_EQ(at_most(0.5).text(), "<= 0.5");
  EXPECT_EQ(below(3).text(), "< 3");
  EXPECT_EQ(between(0, 1).text(), "0 <= x <= 1");
  EXPECT_EQ(above_up_to(0, 1).text(), "0 < x <= 1");
  EXPECT_EQ(not_empty().text(), "not empty");
  EXPECT_EQ(Bounds{}.text(), "");
}

}  // namespace
}  // namespace kedge
