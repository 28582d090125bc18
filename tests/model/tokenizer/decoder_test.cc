#include "model/tokenizer/decoder.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

class Sink : public TokenStream {
 public:
  void chunk(std::string_view text) override { text_ += text; }
  void end_token() override {}
  void finish() override { finished_ = true; }
  std::string text_;
  bool finished_ = false;
};

std::string decoded(const json& part, const std::vector<std::string>& tokens) {
  Sink sink;
  TokenDecoder::Chain chain = TokenDecoder(part, "d").start(sink);
  for (const std::string& token : tokens) chain.push(token);
  chain.finish();
  EXPECT_TRUE(sink.finished_);
  return sink.text_;
}

TEST(TokenDecoder, NothingJoinsBySpaces) {
  EXPECT_EQ(decoded(nullptr, {"a", "b", "c"}), "a b c");
  EXPECT_EQ(decoded(nullptr, {}), "");
}

TEST(TokenDecoder, ByteLevel) {
  const json part = {{"type", "ByteLevel"}};
  EXPECT_EQ(decoded(part, {"Hi", "\u0120you", "\u00c3", "\u00a9"}), "Hi you\u00e9");
  EXPECT_EQ(decoded(part, {"\u00c3", "x"}), "\uFFFDx");
  EXPECT_EQ(decoded(part, {"a b\u0120"}), "a b\u0120");  // a space is no stand-in
}

TEST(TokenDecoder, ByteFallbackRunsAreTextOrReplaced) {
  const json part = {{"type", "ByteFallback"}};
  EXPECT_EQ(decoded(part, {"a", "<0xE2>", "<0x82>", "<0xAC>", "b"}),
            "a\u20ac"
            "b");
  EXPECT_EQ(decoded(part, {"<0x41>", "<0xFF>", "b"}), "\uFFFD\uFFFDb");
  EXPECT_EQ(decoded(part, {"<0x41>"}), "A");
  EXPECT_EQ(decoded(part, {"<0xG1>", "<0x4>"}), "<0xG1><0x4>");
}

TEST(TokenDecoder, StripCountsPerToken) {
  json part = {{"type", "Strip"}, {"content", "_"}, {"start", 1}, {"stop", 2}};
  EXPECT_EQ(decoded(part, {"__a_b___", "_c"}), "_a_b_c");
  part["stop"] = 0;
  EXPECT_EQ(decoded(part, {"__a__", "b"}), "_a__b");
}

TEST(TokenDecoder, LlamaSequence) {
  const json part = {{"type", "Sequence"},
                     {"decoders",
                      {{{"type", "Replace"}, {"pattern", {{"String", "\u2581"}}}, {"content", " "}},
                       {{"type", "ByteFallback"}},
                       {{"type", "Fuse"}},
                       {{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}}}}};
  EXPECT_EQ(decoded(part, {"\u2581Once",
                           "\u2581"
                           "a",
                           "<0x0A>", "\u2581"}),
            "Once a\n ");
  EXPECT_EQ(decoded(part, {"\u2581", "\u2581x"}), " x");
}

TEST(TokenDecoder, MetaspaceDropsThePrefixOfTheFirst) {
  json part = {{"type", "Metaspace"}, {"replacement", "_"}, {"prepend_scheme", "always"}};
  EXPECT_EQ(decoded(part, {"_a", "_b"}), "a b");
  part["prepend_scheme"] = "never";
  EXPECT_EQ(decoded(part, {"_a", "_b"}), " a b");
}

TEST(TokenDecoder, StreamsWithoutWaiting) {
  Sink sink;
  TokenDecoder::Chain chain = TokenDecoder({{"type", "ByteLevel"}}, "d").start(sink);
  chain.push("ab");
  EXPECT_EQ(sink.text_, "ab");
  chain.push("\u00c3");
  EXPECT_EQ(sink.text_, "ab");
  chain.push("\u00a9");
  EXPECT_EQ(sink.text_, "ab\u00e9");
}

TEST(TokenDecoder, UnknownTypesAreRefused) {
  EXPECT_THROW(TokenDecoder({{"type", "CTC"}}, "d"), ConfigError);
}

}  // namespace
}  // namespace kedge
