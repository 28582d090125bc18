#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rewards/reward.h"

namespace kedge {
namespace {

TEST(RewardTable, NamesEveryRewardOnce) {
  const std::vector<std::string> names = entry_names(reward_table());
  EXPECT_THAT(names, ::testing::ElementsAre("exact_answer", "countdown", "format_tags",
                                            "regex_match", "mentions"));
}

TEST(RewardTable, AnUnknownNameGetsTheNearest) {
  try {
    find_entry("reward", reward_table(), "exact_anwser");
    ADD_FAILURE() << "found";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("did you mean 'exact_answer'"));
  }
}

}  // namespace
}  // namespace kedge
