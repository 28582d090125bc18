#include "rewards/text.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

TEST(Text, StripsUnicodeWhiteSpace) {
  EXPECT_EQ(strip(" \t\u00a0\u3000a b\u2003\n"), "a b");
  EXPECT_EQ(strip(""), "");
  EXPECT_EQ(strip("\xff "), "\xff");
  EXPECT_TRUE(is_blank("\u2028 \r"));
  EXPECT_FALSE(is_blank("\u200b"));  // a zero width space is no white space
}

TEST(Text, SplitsAtWhiteSpace) {
  EXPECT_EQ(words_of("  a\u00a0b\n\nc "), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(words_of(" \n").empty());
}

TEST(Text, CountsWithoutOverlap) {
  EXPECT_EQ(count_of("aaaa", "aa"), 2);
  EXPECT_EQ(count_of("", "a"), 0);
  EXPECT_EQ(num_characters("aé€"), 3);
}

TEST(Text, ReplacesAll) {
  EXPECT_EQ(replace_all("a--b-", "-", "--"), "a----b--");
  EXPECT_EQ(replace_all("aaa", "a", ""), "");
}

TEST(Text, LowersBeyondAscii) {
  EXPECT_EQ(lower("ABC z"), "abc z");
  EXPECT_EQ(lower("ÉCOLE ΣΑ Жук"), "école σα жук");
  EXPECT_EQ(lower(std::string(1000, 'A') + "É"), std::string(1000, 'a') + "é");
}

TEST(Text, NormalisesAsSquad) {
  EXPECT_EQ(squad_normalized("The  Beatles!"), "beatles");
  EXPECT_EQ(squad_normalized("an apple-a day"), "applea day");
  EXPECT_EQ(squad_normalized("“The” theatre"), "“ ” theatre");
  EXPECT_EQ(squad_normalized("the"), "");
}

}  // namespace
}  // namespace kedge
