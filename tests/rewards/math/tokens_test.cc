#include "rewards/math/tokens.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

std::string shown(std::string_view text) {
  const auto tokens = math_tokens(text);
  if (!tokens) {
    return "none";
  }
  std::string out;
  for (const MathToken& token : *tokens) {
    constexpr std::string_view kKinds = "ncvs";
    out += (out.empty() ? "" : " ") + std::string(1, kKinds[static_cast<size_t>(token.kind)]) +
           token.text;
  }
  return out;
}

TEST(Tokens, NumbersAreReadWholeBeforeALetter) {
  EXPECT_EQ(shown("12x"), "n12 vx");
  EXPECT_EQ(shown("1.25P"), "n1.25 vP");
  EXPECT_EQ(shown("3e2"), "n3e2");
  EXPECT_EQ(shown("3e2x"), "n3 ve n2 vx");
  EXPECT_EQ(shown("1.5e-3"), "n1.5e-3");
  EXPECT_EQ(shown("2e"), "n2 ve");
  EXPECT_EQ(shown(".5 5."), "n.5 n5.");
}

TEST(Tokens, ShortWordsAreVariablesAndLongOnesNoMathematics) {
  EXPECT_EQ(shown("abc"), "va vb vc");
  EXPECT_EQ(shown("sin pi inf"), "csin cpi cinfty");
  EXPECT_EQ(shown("word"), "none");
}

TEST(Tokens, CommandsAndSigns) {
  EXPECT_EQ(shown(R"(\frac{1}\}é)"), R"(cfrac s{ n1 s} s\} sé)");
  EXPECT_EQ(shown(""), "");
  EXPECT_TRUE(is_function_name("arctan"));
  EXPECT_FALSE(is_function_name("frac"));
}

}  // namespace
}  // namespace kedge
