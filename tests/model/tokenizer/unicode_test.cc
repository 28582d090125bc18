#include "model/tokenizer/unicode.h"

#include <gtest/gtest.h>

#include <set>

#include "core/text.h"

namespace kedge {
namespace {

TEST(Unicode, FirstCharOfEveryLength) {
  EXPECT_EQ(first_char("a\u00e9").code, U'a');
  for (const char32_t code : {U'\u00e9', U'\u20ac', U'\U0001F642', U'\U0010FFFF'}) {
    std::string text;
    append_utf8(code, text);
    const Utf8Char c = first_char(text + "x");
    EXPECT_EQ(c.code, code);
    EXPECT_EQ(c.length, text.size());
  }
}

TEST(Unicode, StreamHoldsBackAndReplaces) {
  Utf8Stream stream;
  EXPECT_EQ(stream.push("a\xF0\x9F"), "a");
  EXPECT_EQ(stream.push("\x99"), "");
  EXPECT_EQ(stream.push("\x82"
                        "b"),
            "\U0001F642"
            "b");
  EXPECT_EQ(stream.push("\xE2\x82"), "");
  EXPECT_EQ(stream.push("\xE2"), "\uFFFD");
  EXPECT_EQ(stream.finish(), "\uFFFD");
  EXPECT_EQ(stream.finish(), "");
}

TEST(Unicode, BytesHavePrintableStandIns) {
  std::set<char32_t> seen;
  for (int byte = 0; byte < 256; ++byte) {
    const char32_t c = char_of_byte(static_cast<uint8_t>(byte));
    EXPECT_EQ(byte_of_char(c), byte);
    EXPECT_FALSE(is_white_space(c));
    seen.insert(c);
  }
  EXPECT_EQ(seen.size(), 256u);
  EXPECT_EQ(char_of_byte(' '), U'\u0120');
  EXPECT_EQ(char_of_byte('\n'), U'\u010A');
  EXPECT_EQ(char_of_byte('A'), U'A');
  EXPECT_EQ(char_of_byte(0xAD), U'\u0143');
  EXPECT_EQ(byte_of_char(U' '), -1);
  EXPECT_EQ(byte_of_char(U'\U0010FFFF'), -1);
}

TEST(Unicode, Classes) {
  for (const char32_t c : {U' ', U'\t', U'\u00a0', U'\u3000', U'\u2028', U'\u0085'}) {
    EXPECT_TRUE(is_white_space(c));
  }
  for (const char32_t c : {U'a', U'\u200b', U'\u180e', U'\u001c'}) EXPECT_FALSE(is_white_space(c));
  for (const char32_t c :
       {U'a', U'7', U'_', U'\u0301', U'\u4e16', U'\u2163', U'\u24d0', U'\u200d'}) {
    EXPECT_TRUE(is_word_char(c)) << static_cast<uint32_t>(c);
  }
  for (const char32_t c : {U'-', U'\u00b2', U'\u20ac', U'\u200b', U' '})
    EXPECT_FALSE(is_word_char(c));
}

}  // namespace
}  // namespace kedge
