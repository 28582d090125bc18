#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "rewards/reward.h"

namespace kedge {
namespace {

TEST(RewardTable, NamesEveryRewardOnce) {
  std::vector<std::string> names = entry_names(reward_table());
  EXPECT_EQ(names.front(), "math_answer");
  EXPECT_EQ(names.size(), 29u);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::unique(names.begin(), names.end()), names.end());
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
