#include "model/tokenizer/tokenizer.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "tests/support/temporary_directory.h"

namespace kedge {
namespace {

namespace fs = std::filesystem;

const std::string kSupport = std::string(KEDGE_SOURCE_DIR) + "/tests/support/";

std::string streamed(const Tokenizer& tokenizer, const std::vector<Token>& ids, bool skip) {
  StreamDecoder decoder(tokenizer, skip);
  std::string text;
  for (const Token id : ids) {
    const std::string piece = decoder.push(id);
    EXPECT_TRUE(is_utf8(piece));
    text += piece;
  }
  return text + decoder.finish();
}

TEST(Tokenizer, EncodesStories) {
  const auto tokenizer = Tokenizer::load(kSupport + "stories260K");
  EXPECT_EQ(tokenizer->vocab_size(), 512);
  // ids of the `tokenizers` library
  const std::string text = "Once upon a time, Lily saw a\nzebra \u20ac.";
  const std::vector<Token> ids = tokenizer->encode(text, true);
  EXPECT_EQ(ids.front(), 1);
  EXPECT_EQ(tokenizer->encode(text, false), std::vector<Token>(ids.begin() + 1, ids.end()));
  EXPECT_EQ(tokenizer->decode(ids, true), text);
  EXPECT_EQ(tokenizer->decode(ids, false), "<s> " + text);
  EXPECT_EQ(tokenizer->id_of("\u2581Lily"), 317);
  EXPECT_EQ(tokenizer->id_of("nobody"), std::nullopt);
  EXPECT_TRUE(tokenizer->is_special(1));
  EXPECT_FALSE(tokenizer->is_special(317));
  EXPECT_EQ(tokenizer->encode("a<s>b", false)[1], 1) << "special tokens inside text";
}

TEST(Tokenizer, BytesAreTheirOwnIds) {
  const auto tokenizer = Tokenizer::bytes({"<eos>", "<pad>"});
  EXPECT_EQ(tokenizer->vocab_size(), 258);
  std::string text;
  for (int byte = 0; byte < 128; ++byte) text += static_cast<char>(byte);
  text += "\u00e9\u4e16\U0001F642";
  std::vector<Token> expected;
  for (const char c : text) expected.push_back(static_cast<uint8_t>(c));
  EXPECT_EQ(tokenizer->encode(text, true), expected);
  EXPECT_EQ(tokenizer->decode(expected, true), text);
  EXPECT_EQ(tokenizer->encode("7+5=<eos>", false), std::vector<Token>({'7', '+', '5', '=', 256}));
  EXPECT_EQ(tokenizer->decode(std::vector<Token>{'a', 256, 257, 'b'}, true), "ab");
  EXPECT_EQ(tokenizer->decode(std::vector<Token>{'a', 256, 'b'}, false), "a<eos>b");
  EXPECT_EQ(tokenizer->decode(std::vector<Token>{'a', 999, -1, 'b'}, false), "ab");
  const auto again = Tokenizer::parse(tokenizer->to_json(), "copy");
  EXPECT_EQ(again->encode(text, false), expected);
}

TEST(Tokenizer, InvalidTextIsReadAsReplacement) {
  const auto tokenizer = Tokenizer::bytes({});
  EXPECT_EQ(tokenizer->encode("a\xFF", false), std::vector<Token>({'a', 0xEF, 0xBF, 0xBD}));
  EXPECT_EQ(tokenizer->decode(std::vector<Token>{0xE2, 0x82, 'a'}, false), "\uFFFDa");
}

TEST(StreamDecoder, HoldsIncompleteCharactersBack) {
  const auto tokenizer = Tokenizer::bytes({"<eos>"});
  StreamDecoder decoder(*tokenizer, true);
  EXPECT_EQ(decoder.push('x'), "x");
  EXPECT_EQ(decoder.push(0xE2), "");
  EXPECT_EQ(decoder.push(0x82), "");
  EXPECT_EQ(decoder.push(0xAC), "\u20ac");
  EXPECT_EQ(decoder.push(256), "");
  EXPECT_EQ(decoder.push(0xF0), "");
  EXPECT_EQ(decoder.push('y'), "\uFFFDy");
  EXPECT_EQ(decoder.push(0xC3), "");
  EXPECT_EQ(decoder.finish(), "\uFFFD");
}

TEST(StreamDecoder, StripsTheFirstSpaceOnly) {
  const auto tokenizer = Tokenizer::load(kSupport + "stories260K");
  const std::vector<Token> ids = tokenizer->encode("Lily saw \u20ac Lily", true);
  StreamDecoder decoder(*tokenizer, true);
  EXPECT_EQ(decoder.push(ids[0]), "");
  EXPECT_EQ(decoder.push(ids[1]), "Lily");
  EXPECT_EQ(streamed(*tokenizer, ids, true), "Lily saw \u20ac Lily");
}

std::string error_of(const json& object) {
  try {
    Tokenizer::parse(object, "tokenizer.json");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(Tokenizer, RefusesUnsupportedPartsByTypeAndPlace) {
  struct Refusal {
    const char* pointer;
    json value;
    const char* part;
  };
  const std::vector<Refusal> refusals = {
      {"/model/type", "Unigram", "tokenizer.json: model: type: 'Unigram' is not supported"},
      {"/model/dropout", 0.1, "tokenizer.json: model: dropout"},
      {"/model/unk_token", "nobody", "unk_token"},
      {"/model/vocab/extra", 5, "id 5 belongs to"},
      {"/model/vocab/extra", -1, "id -1"},
      {"/model/vocab", json::array(), "model.vocab"},
      {"/model/merges", {"a"}, "model.merges[0]"},
      {"/model/merges", {"a b c"}, "model.merges[0]"},
      {"/model/merges", {"a \u2603"}, "token '\u2603' is not in the vocabulary"},
      {"/model/merges", json::array({json::array({"a", "q"})}),
       "token 'aq' is not in the vocabulary"},
      {"/normalizer", {{"type", "BertNormalizer"}}, "tokenizer.json: normalizer: type"},
      {"/pre_tokenizer",
       {{"type", "Sequence"}, {"pretokenizers", {{{"type", "BytLevel"}}}}},
       "pre_tokenizer.pretokenizers[0]: type: 'BytLevel' is not supported; did you mean "
       "'ByteLevel'"},
      {"/pre_tokenizer",
       {{"type", "Split"}, {"pattern", {{"Regex", "a(?<n>b)"}}}, {"behavior", "Isolated"}},
       "pre_tokenizer.pattern: the pattern uses the group"},
      {"/pre_tokenizer",
       {{"type", "Split"}, {"pattern", {{"String", "a"}}}, {"behavior", "isolated"}},
       "did you mean 'Isolated'"},
      {"/post_processor", {{"type", "BertProcessing"}}, "post_processor: type"},
      {"/post_processor",
       {{"type", "TemplateProcessing"},
        {"single", {{{"SpecialToken", {{"id", "<x>"}}}}, {{"Sequence", {{"id", "A"}}}}}},
        {"special_tokens", json::object()}},
       "'<x>' is missing"},
      {"/post_processor",
       {{"type", "TemplateProcessing"},
        {"single", {{{"SpecialToken", {{"id", "<x>"}}}}, {{"Sequence", {{"id", "A"}}}}}},
        {"special_tokens", {{"<x>", {{"ids", {999}}}}}}},
       "adds token 999"},
      {"/decoder", {{"type", "WordPiece"}}, "tokenizer.json: decoder: type"},
      {"/truncation", {{"max_length", 5}}, "tokenizer.json: truncation"},
      {"/added_tokens", {{{"id", 9}, {"content", "<s>"}}}, "id 1 of the model's vocabulary"},
      {"/added_tokens", {{{"id", 9}, {"content", "<new>"}}}, "an id that is not that of"},
      {"/added_tokens", {{{"content", "<new>"}}}, "added_tokens[0]: 'id' is missing"},
  };
  std::ifstream in(kSupport + "stories260K/tokenizer.json");
  const json good = json::parse(in);
  EXPECT_EQ(error_of(good), "");
  for (const Refusal& refusal : refusals) {
    json object = good;
    object[json::json_pointer(refusal.pointer)] = refusal.value;
    EXPECT_NE(error_of(object).find(refusal.part), std::string::npos) << refusal.part << "\n"
                                                                      << error_of(object);
  }
  EXPECT_NE(error_of(json::array()), "");
  EXPECT_THROW(Tokenizer::load("/nowhere"), ConfigError);
}

// ---- against the `tokenizers` library ----

void compare(const Tokenizer& tokenizer, const json& expected, int& differences) {
  const bool only_ids = expected.contains("ids_only");
  const auto special = expected.at(only_ids ? "ids_only" : "special").get<std::vector<Token>>();
  bool same = true;
  if (!only_ids) {
    const auto text = expected.at("text").get<std::string>();
    same = tokenizer.encode(text, false) == expected.at("ids").get<std::vector<Token>>() &&
           tokenizer.encode(text, true) == special;
  }
  for (const bool skip : {false, true}) {
    const auto decoded = expected.at(skip ? "skipped" : "decoded").get<std::string>();
    same = same && tokenizer.decode(special, skip) == decoded;
    same = same && streamed(tokenizer, special, skip) == decoded;
  }
  if (same) return;
  ++differences;
  if (differences > 3) return;
  ADD_FAILURE() << expected.dump() << "\nours "
                << (only_ids
                        ? json()
                        : json(tokenizer.encode(expected.at("text").get<std::string>(), false)))
                       .dump()
                << " decoded " << json(tokenizer.decode(special, false)).dump() << " skipped "
                << json(tokenizer.decode(special, true)).dump();
}

TEST(Tokenizer, EqualsTheTokenizersLibrary) {
  const char* chosen = std::getenv("KEDGE_ORACLE_PYTHON");
  const std::string python = chosen ? chosen : "/usr/bin/python3";
  if (std::system((python + " -c 'import tokenizers' >/dev/null 2>&1").c_str()) != 0) {
    GTEST_SKIP() << python << " has no tokenizers; set KEDGE_ORACLE_PYTHON";
  }
  const testing_support::TemporaryDirectory temporary;
  const fs::path dir = temporary.path();
  std::ofstream(dir / "bytes.json") << Tokenizer::bytes({"<s>", "</s>", "<|im_end|>"})->to_json();
  const std::string command = python + " " + kSupport + "tokenizer_oracle.py " + dir.string() +
                              " " + kSupport + "stories260K/tokenizer.json " +
                              (dir / "bytes.json").string();
  ASSERT_EQ(std::system(command.c_str()), 0);
  int tokenizers = 0;
  for (; fs::exists(dir / (std::to_string(tokenizers) + ".json")); ++tokenizers) {
    const std::string stem = (dir / std::to_string(tokenizers)).string();
    std::ifstream file(stem + ".json");
    const auto tokenizer = Tokenizer::parse(json::parse(file), stem + ".json");
    std::ifstream cases(stem + ".jsonl");
    int differences = 0;
    int count = 0;
    for (std::string line; std::getline(cases, line); ++count) {
      compare(*tokenizer, json::parse(line), differences);
    }
    EXPECT_EQ(differences, 0) << "tokenizer " << tokenizers << " of " << count << " cases";
    EXPECT_GT(count, 900);
  }
  EXPECT_GT(tokenizers, 15);
}

}  // namespace
}  // namespace kedge
