#include "model/tokenizer/normalizer.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

std::string normalized(const json& part, const std::string& text) {
  return Normalizer(part, "n").apply(text);
}

TEST(Normalizer, NothingChangesNothing) {
  EXPECT_EQ(Normalizer().apply("a b"), "a b");
  EXPECT_EQ(normalized(nullptr, "a\u0301"), "a\u0301");
}

TEST(Normalizer, PrependsToTextOnly) {
  const json part = {{"type", "Prepend"}, {"prepend", "_"}};
  EXPECT_EQ(normalized(part, "a"), "_a");
  EXPECT_EQ(normalized(part, ""), "");
}

TEST(Normalizer, SequencesRunInOrder) {
  const json part = {
      {"type", "Sequence"},
      {"normalizers",
       {{{"type", "Prepend"}, {"prepend", " "}},
        {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "\u2581"}}}}};
  EXPECT_EQ(normalized(part, "a b"),
            "\u2581"
            "a\u2581"
            "b");
}

TEST(Normalizer, UnicodeForms) {
  EXPECT_EQ(normalized({{"type", "NFC"}}, "e\u0301\ufb01"), "\u00e9\ufb01");
  EXPECT_EQ(normalized({{"type", "NFD"}}, "\u00e9\ud55c"), "e\u0301\u1112\u1161\u11ab");
  EXPECT_EQ(normalized({{"type", "NFKC"}}, "\ufb01\u00b2e\u0301"), "fi2\u00e9");
  EXPECT_EQ(normalized({{"type", "NFKD"}}, "\u00bd\u00e9"), "1\u20442e\u0301");
  EXPECT_EQ(normalized({{"type", "NFC"}}, std::string("a\0b", 3)), std::string("a\0b", 3));
  EXPECT_EQ(normalized({{"type", "NFC"}}, std::string("\u00e9\0b", 4)),
            std::string("\u00e9\0b", 4));
}

TEST(Normalizer, UnknownTypesAreRefusedByPlace) {
  const json part = {{"type", "Sequence"},
                     {"normalizers", {{{"type", "NFC"}}, {{"type", "Lower"}}}}};
  try {
    Normalizer(part, "t.json: normalizer");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.place(), "t.json: normalizer.normalizers[1]: type");
  }
}

}  // namespace
}  // namespace kedge
