#include "rollout/sources/prompt_maker.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace kedge {
namespace {

class PromptMakerTest : public ::testing::Test {
 protected:
  PromptMaker maker(const SourceConfig& config, int32_t max_tokens = 100) {
    return PromptMaker(config, SourceOptions{*tokenizer_, 1, max_tokens, Side::train},
                       "data.train");
  }
  RawPrompt raw(const std::string& text) {
    RawPrompt prompt;
    prompt.ordinal = 5;
    prompt.id = "f:6";
    prompt.place = "dir/f:6";
    prompt.text = text;
    prompt.answer = "42";
    prompt.columns = {{"level", 2}};
    prompt.placeholders = {{"prompt", text}, {"level", 2}};
    return prompt;
  }
  std::unique_ptr<Tokenizer> tokenizer_ = Tokenizer::bytes({"<eos>"});
};

TEST_F(PromptMakerTest, KeepsWhatItWasGiven) {
  const auto prompt = maker({}).make(raw("hi"));
  ASSERT_NE(prompt, nullptr);
  EXPECT_EQ(prompt->ordinal, 5u);
  EXPECT_EQ(prompt->id, "f:6");
  EXPECT_EQ(prompt->text, "hi");
  EXPECT_EQ(prompt->tokens, (std::vector<Token>{'h', 'i'}));
  EXPECT_EQ(prompt->answer, "42");
  EXPECT_EQ(prompt->columns, (json{{"level", 2}}));
  EXPECT_TRUE(prompt->messages.empty());
}

TEST_F(PromptMakerTest, TemplateAndSystem) {
  SourceConfig config;
  config.text_template = "[{level}] {prompt}";
  config.system = "Be brief.";
  const auto prompt = maker(config).make(raw("hi"));
  EXPECT_EQ(prompt->text, "Be brief.\n\n[2] hi");
  ASSERT_EQ(prompt->messages.size(), 2u);
  EXPECT_EQ(prompt->messages[0], (Message{"system", "Be brief."}));
  EXPECT_EQ(prompt->messages[1], (Message{"user", "[2] hi"}));
  EXPECT_EQ(prompt->tokens.size(), prompt->text.size());
}

TEST_F(PromptMakerTest, PoliciesForTooLongPrompts) {
  SourceConfig config;
  PromptMaker drops = maker(config, 4);
  EXPECT_EQ(drops.make(raw("12345")), nullptr);
  EXPECT_NE(drops.make(raw("1234")), nullptr);
  EXPECT_EQ(drops.counts().too_long_dropped, 1);
  config.too_long = TooLong::truncate_left;
  PromptMaker cuts = maker(config, 4);
  EXPECT_EQ(cuts.make(raw("123456"))->text, "3456");
  EXPECT_EQ(cuts.make(raw("123456"))->tokens, (std::vector<Token>{'3', '4', '5', '6'}));
  EXPECT_EQ(cuts.counts().too_long_truncated, 2);
  config.too_long = TooLong::error;
  try {
    maker(config, 4).make(raw("12345"));
    FAIL() << "too long";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("dir/f:6: the prompt has 5 tokens; at most 4"),
              std::string::npos);
  }
}

TEST_F(PromptMakerTest, CompletionsEndInEos) {
  EXPECT_EQ(maker({}).completion("ab", 256), (std::vector<Token>{'a', 'b', 256}));
}

TEST_F(PromptMakerTest, AnEmptyPromptIsRefused) {
  EXPECT_THROW(maker({}).make(raw("")), ConfigError);
}

TEST_F(PromptMakerTest, CountsAreSaved) {
  const json state = {{"too_long", save_counts({3, 4})}};
  EXPECT_EQ(load_counts(state, "x").too_long_dropped, 3);
  EXPECT_EQ(load_counts(state, "x").too_long_truncated, 4);
  EXPECT_THROW(load_counts(json::object(), "x"), ConfigError);
}

}  // namespace
}  // namespace kedge
