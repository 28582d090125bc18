#include "rewards/math/interval.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

// "(3]" and the ends' operations, or "none".
std::string shown(std::string_view text) {
  const auto inequality = read_answer(text, true);
  const auto interval = interval_of(*inequality);
  if (!interval) {
    return "none";
  }
  std::string out(1, interval->open);
  for (const MathAnswer& end : interval->items) {
    const MathTree& tree = end.sides[0].tree();
    out += tree->op == MathOp::number ? tree->number.get_str() + " " : "inf ";
  }
  return out + interval->close;
}

TEST(Interval, HalfLines) {
  EXPECT_EQ(shown("x < 3"), "(inf 3 )");
  EXPECT_EQ(shown(R"(x \le 3)"), "(inf 3 ]");
  EXPECT_EQ(shown("3 < x"), "(3 inf )");
  EXPECT_EQ(shown(R"(x \ge 3)"), "[3 inf )");
}

TEST(Interval, Chains) {
  EXPECT_EQ(shown(R"(1 < x \le 2)"), "(1 2 ]");
  EXPECT_EQ(shown(R"(2 > x \ge 1)"), "[1 2 )");
}

TEST(Interval, OtherInequalitiesAreNone) {
  EXPECT_EQ(shown("x < y"), "none");
  EXPECT_EQ(shown("2x < 3"), "none");
  EXPECT_EQ(shown("1 < x > 0"), "none");
  EXPECT_EQ(shown("1 < x < 2 < y"), "none");
}

}  // namespace
}  // namespace kedge
