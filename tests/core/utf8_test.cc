#include <gtest/gtest.h>

#include "core/text.h"

namespace kedge {
namespace {

const std::string kMixed = "aé€😀";  // 1, 2, 3 and 4 bytes

TEST(Utf8, CodePointsThereAndBack) {
  EXPECT_EQ(decode_utf8(kMixed), (std::vector<char32_t>{'a', 0xE9, 0x20AC, 0x1F600}));
  EXPECT_EQ(encode_utf8(decode_utf8(kMixed)), kMixed);
  for (char32_t c = 0; c <= 0x10FFFF; c += 7) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    append_utf8(c, text);
    ASSERT_TRUE(is_utf8(text)) << static_cast<uint32_t>(c);
    ASSERT_EQ(decode_utf8(text), std::vector<char32_t>{c});
  }
}

TEST(Utf8, InvalidFormsAreRefused) {
  for (const std::string bytes :
       {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5", "\xFF", "\xE2\x82"}) {
    EXPECT_FALSE(is_utf8(bytes));
  }
  EXPECT_TRUE(is_utf8(""));
  std::string text;
  append_utf8(0xD800, text);
  append_utf8(0x110000, text);
  EXPECT_EQ(decode_utf8(text), (std::vector<char32_t>{kReplacement, kReplacement}));
}

// The example of the Unicode standard, table 3-8.
TEST(Utf8, MaximalInvalidPiecesBecomeOneReplacement) {
  const std::string bytes =
      "a\xF1\x80\x80\xE1\x80\xC2"
      "b\x80"
      "c\x80\xBF"
      "d";
  EXPECT_EQ(decode_utf8(bytes),
            (std::vector<char32_t>{'a', kReplacement, kReplacement, kReplacement, 'b', kReplacement,
                                   'c', kReplacement, kReplacement, 'd'}));
  EXPECT_EQ(repaired_utf8("x\xE2\x82"), "x\xEF\xBF\xBD");
  EXPECT_EQ(repaired_utf8(kMixed), kMixed);
}

TEST(Utf8, PrefixHoldsUnfinishedCharactersBack) {
  for (size_t size = 0; size <= kMixed.size(); ++size) {
    const size_t prefix = complete_utf8_prefix(kMixed.substr(0, size));
    const size_t expected = size == 0 ? 0 : size < 3 ? 1 : size < 6 ? 3 : size < 10 ? 6 : 10;
    EXPECT_EQ(prefix, expected) << size;
  }
  EXPECT_EQ(complete_utf8_prefix("\xE0\x80"), 2u);  // can never become valid
  EXPECT_EQ(complete_utf8_prefix("\x80\x80\x80\x80"), 4u);
  EXPECT_EQ(complete_utf8_prefix("ab\xF0\x9F\x98"), 2u);
}

}  // namespace
}  // namespace kedge
