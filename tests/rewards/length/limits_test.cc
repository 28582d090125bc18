#include <gtest/gtest.h>

#include "tests/support/length_items.h"

namespace kedge {
namespace {

TEST(ThinkPrune, TheLimitOfThePhaseCounts) {
  MeasuredPrompt prompt({250, 350, 100}, {1, 1, 0});
  const std::string phases =
      "{phases: [{from_step: 0, limit: 400}, {from_step: 100, limit: 300}]}";
  EXPECT_EQ(terms_of("thinkprune", phases, prompt), (std::vector<double>{0, 0, 0}));
  for (RewardItem& item : prompt.items()) {
    item.step = 100;
  }
  EXPECT_EQ(terms_of("thinkprune", phases, prompt), (std::vector<double>{0, -1, 0}));
}

TEST(ThinkPrune, PhasesAreChecked) {
  EXPECT_THROW(make_reward("thinkprune", ""), ConfigError);
  EXPECT_THROW(make_reward("thinkprune", "{phases: [{from_step: 5, limit: 400}]}"), ConfigError);
  EXPECT_THROW(
      make_reward("thinkprune",
                  "{phases: [{from_step: 0, limit: 4}, {from_step: 0, limit: 3}]}"),
      ConfigError);
}

TEST(Laser, PaysABonusWithinTheTarget) {
  MeasuredPrompt prompt({4096, 4097, 10}, {1, 1, 0});
  EXPECT_EQ(terms_of("laser", "", prompt), (std::vector<double>{0.5, 0, 0}));
}

}  // namespace
}  // namespace kedge
