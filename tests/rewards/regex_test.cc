#include "rewards/regex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"

namespace kedge {
namespace {

TEST(Regex, FindsFromAPosition) {
  const Regex digits(R"(\d+)");
  const std::string text = "a12b345";
  EXPECT_EQ(digits.find(text)->of(text), "12");
  EXPECT_EQ(digits.find(text, 3)->of(text), "345");
  EXPECT_FALSE(digits.find("none"));
  EXPECT_EQ(digits.find_all(text).size(), 2u);
}

TEST(Regex, EmptyMatchesMoveOn) {
  EXPECT_EQ(Regex("x*").find_all("axa").size(), 4u);
}

TEST(Regex, FullMeansTheWholeText) {
  const Regex full("a|ab", {.full = true});
  EXPECT_TRUE(full.find("ab"));
  EXPECT_FALSE(full.find("abc"));
  EXPECT_FALSE(full.find("ab\n"));
}

TEST(Regex, KnowsUnicodeAndSurvivesInvalidBytes) {
  EXPECT_TRUE(Regex(R"(^\w+$)").find("größe"));
  EXPECT_TRUE(Regex("É", {.ignore_case = true}).find("é"));
  EXPECT_TRUE(Regex("b").find("a\xff\xfe" "b"));
}

TEST(Regex, ABadPatternIsAConfigErrorWithItsOffset) {
  try {
    Regex("a(b", {}, "rewards[0].pattern");
    ADD_FAILURE() << "an open bracket compiled";
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.place(), "rewards[0].pattern");
    EXPECT_THAT(error.what(), ::testing::HasSubstr("offset 3"));
  }
}

TEST(Regex, BacktrackingEndsAtTheLimit) {
  const Regex evil("(a+)+$", {.match_limit = 10'000});
  TextSpan found;
  EXPECT_EQ(evil.match(std::string(40, 'a') + "b", found), Regex::Outcome::limit);
  EXPECT_THROW(evil.find(std::string(40, 'a') + "b"), InvariantError);
}

TEST(Regex, QuotedTextMatchesItself) {
  for (const std::string text : {"a.b", "\\E x", "[é]", "100%", "a\nb", "_"}) {
    EXPECT_TRUE(Regex(quoted_pattern(text), {.full = true}).find(text)) << text;
  }
  EXPECT_FALSE(Regex(quoted_pattern("a.b"), {.full = true}).find("axb"));
}

TEST(Regex, SubstitutesTheFirstMatch) {
  EXPECT_EQ(Regex("b").substitute("abb", "<$0>"), "a<b>b");
}

}  // namespace
}  // namespace kedge
