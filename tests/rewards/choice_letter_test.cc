#include <gtest/gtest.h>

#include "tests/support/reward_items.h"

namespace kedge {
namespace {

Verdict choice(const std::string& settings, const std::string& completion,
               json columns = json::object()) {
  return verdict_of("choice_letter", settings, completion, std::move(columns), "B");
}

TEST(ChoiceLetter, FindsTheLetter) {
  EXPECT_EQ(choice("", "The answer is (B).").score, 1.0);
  EXPECT_EQ(choice("", R"(\boxed{\text{b}})").score, 1.0);
  EXPECT_EQ(choice("", "<answer>B) because</answer>").score, 1.0);
  EXPECT_EQ(choice("", "so\n**B**").score, 1.0);
  EXPECT_EQ(choice("", "A good question").score, 0.0);
  EXPECT_EQ(choice("", "C").note, "chose C");
}

TEST(ChoiceLetter, SeveralLettersAreNoChoice) {
  EXPECT_EQ(choice("", "Answer: A or B").note, "several_letters");
  EXPECT_EQ(choice("", "<think>B").note, "unfinished_thinking");
}

TEST(ChoiceLetter, AChoiceMayBeWrittenOut) {
  const json columns = {{"options", {"heparin", "The Aspirin", "insulin"}}};
  EXPECT_EQ(choice("{choices: options}", "<answer>aspirin</answer>", columns).score, 1.0);
  EXPECT_EQ(choice("{choices: options}", "<answer>none</answer>", columns).score, 0.0);
  EXPECT_EQ(choice("{choices: options}", "B").kind, VerdictKind::error);
}

TEST(ChoiceLetter, LettersAreCapitals) {
  EXPECT_EQ(choice("{letters: ABCDE}", "E").note, "chose E");
  EXPECT_THROW(make_reward("choice_letter", "{letters: a-z}"), ConfigError);
}

}  // namespace
}  // namespace kedge
