#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "rewards/reward.h"

namespace kedge {
namespace {

TEST(RewardTable, NamesEveryRewardOnce) {
  const std::vector<std::string> names = entry_names(reward_table());
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  EXPECT_THAT(names, ::testing::IsSupersetOf({"exact_answer", "mentions", "python"}));
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
