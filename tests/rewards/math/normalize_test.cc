#include "rewards/math/normalize.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

TEST(Normalize, WritesOneSpelling) {
  EXPECT_EQ(normalized_math(R"($\left(\dfrac{1}{2}\right)$.)"), R"((\frac{1}{2}))");
  EXPECT_EQ(normalized_math("2×3 − ½"), R"(2*3 - \frac{1}{2})");
  EXPECT_EQ(normalized_math("x²⁻¹"), "x^{2-1}");
  EXPECT_EQ(normalized_math(R"(10,\!080)"), "10,080");
  EXPECT_EQ(normalized_math(R"(10{,}080\;km)"), "10,080 km");
  EXPECT_EQ(normalized_math(R"(x \leq 3)"), R"(x \le 3)");
  EXPECT_EQ(normalized_math(R"(\\frac{1}{2})"), R"(\frac{1}{2})");
  EXPECT_EQ(normalized_math("$5"), "5");
  EXPECT_EQ(normalized_math("  a \n b ;. "), "a b");
  EXPECT_EQ(normalized_math(R"(\begin{pmatrix}1\\2\end{pmatrix})"),
            R"(\begin{pmatrix}1\\2\end{pmatrix})");
}

TEST(Normalize, InvalidTextIsRepaired) {
  EXPECT_EQ(normalized_math("a\xff"
                            "b"),
            "a\uFFFD"
            "b");
}

TEST(TextKey, FoldsWords) {
  EXPECT_EQ(text_key(R"(\text{Even})"), "even");
  EXPECT_EQ(text_key("( B )"), "b");
  EXPECT_EQ(text_key("\"Yes!\""), "yes");
  EXPECT_TRUE(is_words("north-east"));
  EXPECT_FALSE(is_words("pi"));
  EXPECT_FALSE(is_words("x2"));
  EXPECT_FALSE(is_words("x"));
}

TEST(Units, ComeOffBehindNumbers) {
  EXPECT_EQ(without_units(R"(5 \text{ cm}^2)"), "5");
  EXPECT_EQ(without_units(R"(5 \mathrm{mi} / \mathrm{hr})"), "5");
  EXPECT_EQ(without_units("12 square feet"), "12");
  EXPECT_EQ(without_units("3 cm ^2"), "3");
  EXPECT_EQ(without_units(R"(30^\circ)"), "30");
  EXPECT_EQ(without_units(R"(\sin 30^\circ)"), R"(\sin 30^\circ)");
  EXPECT_EQ(without_units("2 x"), "2 x");
  EXPECT_EQ(without_units("1 and"), "1 and");
  EXPECT_EQ(without_units(R"(\text{cm})"), R"(\text{cm})");
  EXPECT_EQ(without_units(R"(2 \sqrt)"), R"(2 \sqrt)");
}

}  // namespace
}  // namespace kedge
