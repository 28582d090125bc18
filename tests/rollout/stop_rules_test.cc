#include "rollout/stop_rules.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace kedge {
namespace {

class StopStringsTest : public ::testing::Test {
 protected:
  // Index of the byte that completes a stop string, or -1.
  int stops_at(std::vector<std::string> strings, const std::string& text) {
    StopStrings rule(*tokenizer_, std::move(strings));
    for (size_t i = 0; i < text.size(); ++i) {
      if (rule.push(static_cast<unsigned char>(text[i]))) return static_cast<int>(i);
    }
    return -1;
  }
  std::unique_ptr<Tokenizer> tokenizer_ = Tokenizer::bytes({"<eos>", "</a>"});
};

TEST_F(StopStringsTest, FindsTheFirstOfSeveral) {
  EXPECT_EQ(stops_at({"</answer>", "\n\n"}, "a\nb</answer>\n\n"), 11);
  EXPECT_EQ(stops_at({"</answer>", "\n\n"}, "a\nb\n\n</answer>"), 4);
  EXPECT_EQ(stops_at({"aab"}, "aaaab"), 4);
  EXPECT_EQ(stops_at({"x"}, "abcdef"), -1);
  EXPECT_EQ(stops_at({}, "anything"), -1);
  EXPECT_EQ(stops_at({"é"}, "caf\xc3\xa9"), 4);
}

TEST_F(StopStringsTest, SpecialTokensHaveATextToo) {
  StopStrings rule(*tokenizer_, {"</a>"});
  EXPECT_FALSE(rule.push('x'));
  EXPECT_TRUE(rule.push(*tokenizer_->id_of("</a>")));
}

TEST_F(StopStringsTest, ResetForgetsTheTextBefore) {
  StopStrings rule(*tokenizer_, {"ab"});
  EXPECT_FALSE(rule.push('a'));
  rule.reset();
  EXPECT_FALSE(rule.push('b'));
  EXPECT_FALSE(rule.push('a'));
  EXPECT_TRUE(rule.push('b'));
}

TEST_F(StopStringsTest, AnEmptyStringIsRefused) {
  EXPECT_THROW(StopStrings(*tokenizer_, {""}), InvariantError);
}

TEST(StopRulesTest, StopIds) {
  Sampling sampling;
  sampling.stop_ids = {4, 9};
  EXPECT_TRUE(is_stop_id(sampling, 9));
  EXPECT_FALSE(is_stop_id(sampling, 5));
}

}  // namespace
}  // namespace kedge
