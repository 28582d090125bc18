#include "model/tokenizer/parts.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

TEST(TokenizerParts, PatternsAreLiteralOrRegular) {
  const json literal = {{"pattern", {{"String", "a."}}}};
  EXPECT_EQ(replace_matches("aba.", pattern_from_json(literal, "p"), "X"), "abX");
  const json regular = {{"pattern", {{"Regex", "a."}}}};
  EXPECT_EQ(replace_matches("aba.c", pattern_from_json(regular, "p"), ""), "c");
  EXPECT_EQ(replace_matches("", pattern_from_json(regular, "p"), "X"), "");
  EXPECT_THROW(pattern_from_json({{"pattern", "a"}}, "p"), ConfigError);
  EXPECT_THROW(pattern_from_json(json::object(), "p"), ConfigError);
}

TEST(TokenizerParts, TypesAreRefusedWithTheNearest) {
  EXPECT_EQ(part_type({{"type", "NFC"}}, "p"), "NFC");
  EXPECT_THROW(part_type(json::array(), "p"), ConfigError);
  try {
    refuse_type("NFX", "file: normalizer", {"NFC", "Replace"});
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(),
                 "file: normalizer: type: 'NFX' is not supported; did you mean 'NFC'? valid: NFC, "
                 "Replace");
  }
}

}  // namespace
}  // namespace kedge
