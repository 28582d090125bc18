#include <gtest/gtest.h>

#include "tests/support/reward_items.h"

namespace kedge {
namespace {

TEST(FormatTags, StrictWantsEveryBlockOnceInOrder) {
  EXPECT_EQ(score_of("format_tags", "", "<think>a</think>\n<answer>b</answer>\n"), 1.0);
  EXPECT_EQ(score_of("format_tags", "", "<answer>b</answer><think>a</think>"), 0.0);
  EXPECT_EQ(score_of("format_tags", "", "<think>a</think>x<answer>b</answer>"), 0.0);
  EXPECT_EQ(score_of("format_tags", "", "<think>a</think><answer>b</answer><answer>"), 0.0);
  EXPECT_EQ(score_of("format_tags", "", "<think> </think><answer>b</answer>"), 0.0);
  EXPECT_EQ(score_of("format_tags", "", ""), 0.0);
}

TEST(FormatTags, ClosingBeforeOpeningIsNoBlock) {
  EXPECT_EQ(score_of("format_tags", "{tags: [a]}", "</a>x<a>"), 0.0);
}

TEST(FormatTags, MinCharsCountsCharacters) {
  const char* settings = "{tags: [a], min_chars: 2}";
  EXPECT_EQ(score_of("format_tags", settings, "<a>éé</a>"), 1.0);
  EXPECT_EQ(score_of("format_tags", settings, "<a>é </a>"), 0.0);
}

TEST(FormatTags, TheTemplateMayHaveOpenedTheFirst) {
  EXPECT_EQ(score_of("format_tags", "{opened: true}", "a</think><answer>b</answer>"), 1.0);
  EXPECT_EQ(score_of("format_tags", "{opened: true}", "<think>a</think><answer>b</answer>"), 0.0);
}

TEST(FormatTags, CountGivesPartialCredit) {
  EXPECT_EQ(score_of("format_tags", "{mode: count}", "<think>a</think><answer>b"), 0.75);
  EXPECT_EQ(score_of("format_tags", "{mode: count}", "<think><think>"), 0.0);
}

TEST(FormatTags, NeedsATag) {
  EXPECT_THROW(make_reward("format_tags", "{tags: []}"), ConfigError);
}

}  // namespace
}  // namespace kedge
