#include "rewards/entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kedge {
namespace {

TEST(TextColumn, ReadsATextOrAListOfTexts) {
  Prompt prompt;
  prompt.id = "file:3";
  prompt.columns = {{"one", "x"}, {"many", {"x", "y"}}, {"number", 4}};
  std::string problem;
  EXPECT_EQ(text_column(prompt, "one", problem), std::vector<std::string>{"x"});
  EXPECT_EQ(text_column(prompt, "many", problem), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(text_column(prompt, "number", problem), std::vector<std::string>{"4"});
  EXPECT_TRUE(problem.empty());
}

TEST(TextColumn, SaysWhatIsWrong) {
  Prompt prompt;
  prompt.id = "file:3";
  prompt.columns = {{"words", true}};
  std::string problem;
  EXPECT_FALSE(text_column(prompt, "words", problem));
  EXPECT_THAT(problem, ::testing::AllOf(::testing::HasSubstr("file:3"),
                                        ::testing::HasSubstr("words")));
  EXPECT_FALSE(text_column(prompt, "word", problem));
  EXPECT_THAT(problem, ::testing::HasSubstr("'word'"));
}

TEST(RewardEntry, BindsSettingsAndRefusesUnknownOnes) {
  const RewardEntry& entry = find_entry("reward", reward_table(), "format_tags");
  EXPECT_NE(entry.create(parse_yaml("{mode: count}", "t"), "rewards[0]"), nullptr);
  try {
    entry.create(parse_yaml("{mod: count}", "t"), "rewards[0]");
    ADD_FAILURE() << "an unknown setting was taken";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("did you mean 'mode'"));
    EXPECT_THAT(error.place(), ::testing::HasSubstr("rewards[0].mod"));
  }
}

}  // namespace
}  // namespace kedge
