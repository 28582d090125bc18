#include "model/tokenizer/pre_tokenizer.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

using Strings = std::vector<std::string>;

Strings words(const json& part, const std::string& text, bool at_start = true) {
  Strings result;
  for (const TextPiece& piece : PreTokenizer(part, "p").apply({text, at_start})) {
    result.push_back(piece.text);
  }
  return result;
}

json split(const std::string& behavior, bool invert = false) {
  return {{"type", "Split"},
          {"pattern", {{"String", "-"}}},
          {"behavior", behavior},
          {"invert", invert}};
}

TEST(PreTokenizer, SplitBehaviours) {
  const std::string text = "the-final--countdown-";
  EXPECT_EQ(words(split("Isolated"), text),
            Strings({"the", "-", "final", "-", "-", "countdown", "-"}));
  EXPECT_EQ(words(split("Removed"), text), Strings({"the", "final", "countdown"}));
  EXPECT_EQ(words(split("Contiguous"), text),
            Strings({"the", "-", "final", "--", "countdown", "-"}));
  EXPECT_EQ(words(split("MergedWithPrevious"), text),
            Strings({"the-", "final-", "-", "countdown-"}));
  EXPECT_EQ(words(split("MergedWithNext"), text),
            Strings({"the", "-final", "-", "-countdown", "-"}));
  EXPECT_EQ(words(split("Removed", true), text), Strings({"-", "-", "-", "-"}));
  EXPECT_EQ(words(split("Removed"), "---"), Strings());
  EXPECT_EQ(words(split("Isolated"), ""), Strings());
}

TEST(PreTokenizer, NothingLeavesOneWord) {
  EXPECT_EQ(words(nullptr, "a b"), Strings({"a b"}));
  EXPECT_EQ(words(nullptr, ""), Strings());
}

TEST(PreTokenizer, ByteLevelMapsBytesAndKnowsGpt2) {
  const json part = {{"type", "ByteLevel"}, {"add_prefix_space", false}};
  EXPECT_EQ(words(part, "I'm 12\u00e9  x"),
            Strings({"I", "'m", "\u012012", "\u00c3\u00a9", "\u0120", "\u0120x"}));
  const json plain = {{"type", "ByteLevel"}, {"add_prefix_space", true}, {"use_regex", false}};
  EXPECT_EQ(words(plain, "a b"), Strings({"\u0120"
                                          "a\u0120"
                                          "b"}));
  EXPECT_EQ(words(plain, " a"), Strings({"\u0120"
                                         "a"}));
}

TEST(PreTokenizer, MetaspacePrependsBySchemeAndPlace) {
  json part = {{"type", "Metaspace"}, {"replacement", "_"}, {"prepend_scheme", "always"}};
  EXPECT_EQ(words(part, "a b", false), Strings({"_a", "_b"}));
  EXPECT_EQ(words(part, " a", false), Strings({"_a"}));
  part["prepend_scheme"] = "first";
  EXPECT_EQ(words(part, "a b", true), Strings({"_a", "_b"}));
  EXPECT_EQ(words(part, "a b", false), Strings({"a", "_b"}));
  part["prepend_scheme"] = "never";
  part["split"] = false;
  EXPECT_EQ(words(part, "a b", true), Strings({"a_b"}));
  part["prepend_scheme"] = "sometimes";
  EXPECT_THROW(words(part, "a"), ConfigError);
}

TEST(PreTokenizer, SmallOnes) {
  EXPECT_EQ(words({{"type", "Digits"}}, "a12b\u00bd3"), Strings({"a", "12", "b", "\u00bd3"}));
  EXPECT_EQ(words({{"type", "Digits"}, {"individual_digits", true}}, "a12"),
            Strings({"a", "1", "2"}));
  EXPECT_EQ(words({{"type", "Punctuation"}}, "a,b\u3002\u20ac$"),
            Strings({"a", ",", "b", "\u3002", "\u20ac", "$"}));
  EXPECT_EQ(words({{"type", "WhitespaceSplit"}}, " a\u3000b\n"), Strings({"a", "b"}));
}

TEST(PreTokenizer, OnlyTheFirstPieceStartsTheText) {
  const auto pieces = PreTokenizer(split("Removed"), "p").apply({"a-b", true});
  ASSERT_EQ(pieces.size(), 2u);
  EXPECT_TRUE(pieces[0].at_start);
  EXPECT_FALSE(pieces[1].at_start);
  EXPECT_FALSE(PreTokenizer(split("Removed"), "p").apply({"-b", true})[0].at_start);
}

TEST(PreTokenizer, UnknownTypesAreRefusedByPlace) {
  const json part = {{"type", "Sequence"}, {"pretokenizers", {{{"type", "BertPreTokenizer"}}}}};
  EXPECT_THROW(PreTokenizer(part, "p"), ConfigError);
}

}  // namespace
}  // namespace kedge
