#include <gtest/gtest.h>

#include "core/error.h"
#include "model/tokenizer/pattern.h"

namespace kedge {
namespace {

TEST(PatternSyntax, KeepsWhatBothUnderstand) {
  for (const char* same :
       {"abc|d?e*f+", "(?:a|b)(?=c)(?!d)(?<=e)(?<!f)(?>g)(?i:h)", "[^a-z\\]\\\\]",
        "a{2}b{1,3}c{2,}", "\\p{L}\\P{Nd}", "\\r\\n\\t", "\\.\\[\\|", "a++"}) {
    EXPECT_EQ(translate_pattern(same, "p"), same);
  }
}

TEST(PatternSyntax, TranslatesWhatDiffers) {
  EXPECT_EQ(translate_pattern("\\s[^\\S\\d]", "p"), "\\p{White_Space}[^\\P{White_Space}\\p{Nd}]");
  EXPECT_EQ(translate_pattern("\\p{Han}\\p{Letter}\\p{^N}\\P{Alpha}", "p"),
            "\\p{sc:Han}\\p{L}\\P{N}\\P{Alphabetic}");
  EXPECT_EQ(translate_pattern("\\u4e16\\x41\\x{1F642}\\v", "p"), "\\x{4e16}\\x41\\x{1F642}\\x{0b}");
  EXPECT_EQ(translate_pattern("a{,3}{x}", "p"), "a{0,3}\\{x}");
  EXPECT_EQ(translate_pattern("[]a]", "p"), "[\\]a]");
  EXPECT_EQ(translate_pattern("\\\u00e9", "p"), "\u00e9");
}

TEST(PatternSyntax, WordsAreOnigurumas) {
  const std::string text = "a_1\u0301\u00b2-";  // superscript two: a word outside sets only
  EXPECT_EQ(TextPattern("\\w+", "p").find_all(text), (std::vector<MatchSpan>{{0, 7}}));
  EXPECT_EQ(TextPattern("[\\w]+", "p").find_all(text), (std::vector<MatchSpan>{{0, 5}}));
  EXPECT_EQ(TextPattern("\\W+", "p").find_all(text), (std::vector<MatchSpan>{{7, 8}}));
}

TEST(PatternSyntax, RefusesWhatItCannotSay) {
  for (const char* bad : {"\\bword", "(a)\\1", "[a[b]]", "[a&&b]", "a{2}+", "(?<name>a)", "(?m:a)",
                          "\\h", "[\\W]", "\\p{Punct}", "\\pL", "\\xff", "\\u12", "a\\", "\\G"}) {
    try {
      translate_pattern(bad, "place");
      ADD_FAILURE() << bad;
    } catch (const ConfigError& error) {
      EXPECT_EQ(error.place(), "place");
      EXPECT_NE(std::string(error.what()).find("the pattern uses"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace kedge
