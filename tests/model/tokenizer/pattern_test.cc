#include "model/tokenizer/pattern.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace kedge {
namespace {

std::vector<std::string> matches(const TextPattern& pattern, std::string_view text) {
  std::vector<std::string> found;
  for (const MatchSpan& span : pattern.find_all(text)) {
    found.emplace_back(text.substr(span.begin, span.end - span.begin));
  }
  return found;
}

using Strings = std::vector<std::string>;

TEST(TextPattern, FindsAllFromLeftToRight) {
  EXPECT_EQ(matches(TextPattern(R"( ?\p{L}+|\d)", "p"), "Hi Fl\u00fcsse 42\u0664"),
            Strings({"Hi", " Fl\u00fcsse", "4", "2", "\u0664"}));
  EXPECT_EQ(matches(TextPattern(R"(\s+(?!\S)|\s+)", "p"), "a   b \n"), Strings({"  ", " ", " \n"}));
  EXPECT_EQ(matches(TextPattern("(?i:'s|'t)", "p"), "it'S don't"), Strings({"'S", "'t"}));
  EXPECT_TRUE(matches(TextPattern("x", "p"), "").empty());
}

TEST(TextPattern, EmptyMatchesEndAndDoNotFollowAMatch) {
  const TextPattern pattern("a*", "p");
  EXPECT_EQ(pattern.find_all("b\u00e9aa"), (std::vector<MatchSpan>{{0, 0}, {1, 1}, {3, 5}}));
  EXPECT_EQ(pattern.find_all(""), (std::vector<MatchSpan>{{0, 0}}));
}

TEST(TextPattern, LiteralTextHasNoSyntax) {
  EXPECT_EQ(matches(TextPattern::literal("a.*"), "aXX a.* a.*"), Strings({"a.*", "a.*"}));
  EXPECT_EQ(TextPattern::literal("\u2581").find_all("x\u2581y"), (std::vector<MatchSpan>{{1, 4}}));
}

TEST(TextPattern, LongRunsNeedNoDeepStack) {
  const std::string text(300000, 'x');
  EXPECT_EQ(TextPattern(R"((?:x|y)+z|(?:x|y)+)", "p").find_all(text).size(), 1u);
}

TEST(TextPattern, BrokenPatternsAreNamed) {
  try {
    TextPattern("a(b", "tokenizer.json: pre_tokenizer.pattern");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.place(), "tokenizer.json: pre_tokenizer.pattern");
    EXPECT_NE(std::string(error.what()).find("a(b"), std::string::npos);
  }
}

}  // namespace
}  // namespace kedge
