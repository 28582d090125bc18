#include "model/tokenizer/added_tokens.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

json token(int id, const std::string& content, json flags = json::object()) {
  json part = {{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
               {"rstrip", false}, {"normalized", false}, {"special", true}};
  part.update(flags);
  return part;
}

// "text" pieces and "#id" tokens.
std::vector<std::string> split(const json& list, const std::string& text,
                               const json& normalizer = nullptr) {
  const Normalizer n(normalizer, "n");
  const Vocabulary vocabulary({{"a", 0}}, "v");
  const AddedTokens added(list, "added_tokens", vocabulary, n);
  std::vector<std::string> result;
  for (const PieceOrToken& part : added.split(text)) {
    if (const auto* id = std::get_if<Token>(&part)) {
      result.push_back("#" + std::to_string(*id));
    } else {
      result.push_back(std::get<TextPiece>(part).text);
    }
  }
  return result;
}

using Strings = std::vector<std::string>;

TEST(AddedTokens, LeftmostLongest) {
  const json list = {token(1, "<s>"), token(2, "<s>x"), token(3, "s>xy")};
  EXPECT_EQ(split(list, "a<s>xyb<s>"), Strings({"a", "#2", "yb", "#1"}));
  EXPECT_EQ(split(list, "s>xy"), Strings({"#3"}));
  EXPECT_EQ(split(list, "<"), Strings({"<"}));
  EXPECT_EQ(split(list, ""), Strings());
  EXPECT_EQ(split(nullptr, "abc"), Strings({"abc"}));
}

TEST(AddedTokens, StripsTakeWhiteSpace) {
  const json list = {token(1, "<m>", {{"lstrip", true}, {"rstrip", true}}),
                     token(2, "<r>", {{"rstrip", true}})};
  EXPECT_EQ(split(list, "a \u3000<m>\n b"), Strings({"a", "#1", "b"}));
  EXPECT_EQ(split(list, "<r>  <m> x"), Strings({"#2", "#1", "x"}));
}

TEST(AddedTokens, SingleWordsStandAlone) {
  const json list = json::array({token(1, "word", {{"single_word", true}})});
  EXPECT_EQ(split(list, "word words sword \u00e9word word."),
            Strings({"#1", " words sword \u00e9word ", "#1", "."}));
}

TEST(AddedTokens, NormalizedOnesAreFoundAfterTheNormalizer) {
  const json normalizer = {{"type", "NFC"}};
  const json list = {token(1, "e\u0301", {{"normalized", true}}), token(2, "o\u0301")};
  EXPECT_EQ(split(list, "x\u00e9y", normalizer), Strings({"x", "#1", "y"}));
  EXPECT_EQ(split(list, "xe\u0301y", normalizer), Strings({"x", "#1", "y"}));
  EXPECT_EQ(split(list, "x\u00f3o\u0301", normalizer), Strings({"x\u00f3", "#2"}));
}

TEST(AddedTokens, LookUps) {
  const Normalizer none;
  const Vocabulary vocabulary({{"a", 0}}, "v");
  const AddedTokens added({token(7, "<s>"), token(9, "x", {{"special", false}})}, "t", vocabulary,
                          none);
  EXPECT_EQ(added.end(), 10);
  ASSERT_NE(added.find("<s>"), nullptr);
  EXPECT_EQ(added.find("<s>")->id, 7);
  EXPECT_TRUE(added.find(Token{7})->special);
  EXPECT_FALSE(added.find(Token{9})->special);
  EXPECT_EQ(added.find(Token{8}), nullptr);
}

std::string error_of(const json& list) {
  try {
    split(list, "");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(AddedTokens, ContradictionsAreRefused) {
  const auto one = [](const json& part) { return json::array({part}); };
  EXPECT_EQ(error_of(one(token(0, "a"))), "");
  EXPECT_NE(error_of(one(token(1, "a"))).find("id 0 of the model's vocabulary"), std::string::npos);
  EXPECT_NE(error_of(one(token(0, "b"))).find("not that of 'a'"), std::string::npos);
  EXPECT_NE(error_of({token(1, "b"), token(1, "c")}).find("used twice"), std::string::npos);
  EXPECT_NE(error_of(one(token(-1, "b"))).find("found -1"), std::string::npos);
  EXPECT_NE(error_of(one(json::object())).find("added_tokens[0]: 'id' is missing"),
            std::string::npos);
  EXPECT_NE(error_of(json::object()).find("expected a list"), std::string::npos);
}

}  // namespace
}  // namespace kedge
