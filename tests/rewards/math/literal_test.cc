#include "rewards/math/literal.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

std::string shown(const std::string& text) {
  const auto literal = read_literal(text);
  return literal ? literal->value.get_str() + (literal->has_point ? "p" : "") : "none";
}

TEST(Literal, IsExact) {
  EXPECT_EQ(shown("12"), "12");
  EXPECT_EQ(shown("0012"), "12");
  EXPECT_EQ(shown("1.50"), "3/2p");
  EXPECT_EQ(shown(".5"), "1/2p");
  EXPECT_EQ(shown("5."), "5");
  EXPECT_EQ(shown("3e2"), "300");
  EXPECT_EQ(shown("1.5E-1"), "3/20p");
}

TEST(Literal, IsBounded) {
  EXPECT_NE(shown("1e10000"), "none");
  EXPECT_EQ(shown("1e10001"), "none");
  EXPECT_EQ(shown("1e99999999999"), "none");
  EXPECT_EQ(shown("e5"), "none");
  EXPECT_EQ(shown("."), "none");
}

}  // namespace
}  // namespace kedge
