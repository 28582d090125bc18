#include "model/tokenizer/bpe.h"

#include <gtest/gtest.h>

#include <chrono>

namespace kedge {
namespace {

using Tokens = std::vector<Token>;

json model() {
  return {{"type", "BPE"},
          {"vocab",
           {{"a", 0}, {"b", 1}, {"c", 2}, {"ab", 3}, {"bc", 4}, {"abc", 5}, {"aa", 6}, {"?", 7}}},
          {"merges", {"b c", "a b", "a bc", "a a"}}};
}

Tokens encode(const json& part, const std::string& word) {
  Tokens ids;
  Bpe(part, "m").encode(word, ids);
  return ids;
}

TEST(Bpe, LowestRankFirstThenLeftmost) {
  EXPECT_EQ(encode(model(), "abc"), Tokens({5}));  // b c before a b
  EXPECT_EQ(encode(model(), "ab"), Tokens({3}));
  EXPECT_EQ(encode(model(), "aaa"), Tokens({6, 0}));
  EXPECT_EQ(encode(model(), "cba"), Tokens({2, 1, 0}));
  EXPECT_EQ(encode(model(), ""), Tokens());
}

TEST(Bpe, MergesAsPairsAndLastDuplicateCounts) {
  json part = model();
  part["merges"] = json::array({json::array({"a", "b"}), json::array({"b", "c"})});
  EXPECT_EQ(encode(part, "abc"), Tokens({3, 2}));
  part["merges"] = {"a b", "b c", "a b"};
  EXPECT_EQ(encode(part, "abc"), Tokens({0, 4}));
}

TEST(Bpe, UnknownCharacters) {
  json part = model();
  EXPECT_EQ(encode(part, "axyb"), Tokens({3}));  // dropped without an unknown token
  part["unk_token"] = "?";
  EXPECT_EQ(encode(part, "axyb"), Tokens({0, 7, 7, 1}));
  part["fuse_unk"] = true;
  EXPECT_EQ(encode(part, "axybz"), Tokens({0, 7, 1, 7}));
  part["unk_token"] = "nobody";
  EXPECT_THROW(encode(part, "a"), ConfigError);
}

TEST(Bpe, ByteFallbackNeedsAllBytes) {
  json part = model();
  part["byte_fallback"] = true;
  part["unk_token"] = "?";
  part["vocab"]["<0xC3>"] = 8;
  part["vocab"]["<0xA9>"] = 9;
  EXPECT_EQ(encode(part, "a\u00e9"), Tokens({0, 8, 9}));
  EXPECT_EQ(encode(part, "\u00e8"), Tokens({7}));
  // The library keeps an unknown open across bytes.
  EXPECT_EQ(encode(part,
                   "\u00e8\u00e9"
                   "a"),
            Tokens({8, 9, 7, 0}));
}

TEST(Bpe, IgnoreMergesTakesWholeWords) {
  json part = model();
  part["merges"] = json::array();
  EXPECT_EQ(encode(part, "abc"), Tokens({0, 1, 2}));
  part["ignore_merges"] = true;
  EXPECT_EQ(encode(part, "abc"), Tokens({5}));
}

TEST(Bpe, PrefixAndSuffixDecorateCharacters) {
  const json part = {{"vocab", {{"a", 0}, {"##b", 1}, {"##b</w>", 2}, {"ab", 3}, {"a</w>", 4}}},
                     {"merges", {"a ##b"}},
                     {"continuing_subword_prefix", "##"},
                     {"end_of_word_suffix", "</w>"}};
  EXPECT_EQ(encode(part, "abb"), Tokens({3, 2}));
  EXPECT_EQ(encode(part, "a"), Tokens({4}));
}

TEST(Bpe, VocabularyKnowsBothWays) {
  const Vocabulary vocabulary({{"x", 2}, {"y", 0}}, "v");
  EXPECT_EQ(vocabulary.end(), 3);
  EXPECT_EQ(vocabulary.find("x"), 2);
  EXPECT_EQ(vocabulary.find("z"), std::nullopt);
  EXPECT_EQ(*vocabulary.token(0), "y");
  EXPECT_EQ(vocabulary.token(1), nullptr);
  EXPECT_EQ(vocabulary.token(-1), nullptr);
  EXPECT_EQ(vocabulary.token(3), nullptr);
  EXPECT_THROW(Vocabulary({{"x", 1}, {"y", 1}}, "v"), ConfigError);
  EXPECT_THROW(Vocabulary({{"x", 1 << 24}}, "v"), ConfigError);
  EXPECT_THROW(Vocabulary({{"x", "1"}}, "v"), ConfigError);
}

TEST(Bpe, MergeTableSurvivesManyPairs) {
  MergeTable table(5000);
  for (Token i = 0; i < 5000; ++i) table.set(i, i * 7 % 5000, {static_cast<uint32_t>(i), i + 1});
  for (Token i = 0; i < 5000; ++i) {
    ASSERT_NE(table.find(i, i * 7 % 5000), nullptr);
    EXPECT_EQ(table.find(i, i * 7 % 5000)->id, i + 1);
  }
  EXPECT_EQ(table.find(1, 8), nullptr);
}

TEST(Bpe, LongWordsAreNotQuadratic) {
  const Bpe bpe(model(), "m");
  Tokens ids;
  const auto begin = std::chrono::steady_clock::now();
  bpe.encode(std::string(1'000'000, 'a'), ids);
  EXPECT_EQ(ids.size(), 500'000u);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

}  // namespace
}  // namespace kedge
