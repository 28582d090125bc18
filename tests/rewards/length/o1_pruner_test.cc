#include <gtest/gtest.h>

#include "tests/support/length_items.h"

namespace kedge {
namespace {

TEST(O1Pruner, ComparesWithReferenceSamples) {
  MeasuredPrompt prompt({100, 200}, {1, 0});
  AnchorRecord anchor;
  anchor.lengths = {100, 300};
  anchor.metrics = {1.0, 0.0};
  for (RewardItem& item : prompt.items()) {
    item.anchor = &anchor;
  }
  const auto terms = terms_of("o1_pruner", "{alpha: 2}", prompt);
  EXPECT_DOUBLE_EQ(1.0 + terms[0], 2.0);  // 200/100 - 1 + 2 * 0.5
  EXPECT_DOUBLE_EQ(terms[1], -1.0);
  EXPECT_DOUBLE_EQ(1.0 + terms_of("o1_pruner", "{alpha: 2, low: -1, high: 1.5}", prompt)[0], 1.5);
}

TEST(O1Pruner, HasNoTermWithoutReferenceSamples) {
  MeasuredPrompt prompt({100}, {1});
  EXPECT_TRUE(std::isnan(terms_of("o1_pruner", "", prompt)[0]));
  EXPECT_TRUE(make_reward("o1_pruner", "")->reads_anchor());
  EXPECT_THROW(make_reward("o1_pruner", "{low: 1, high: 0}"), ConfigError);
}

}  // namespace
}  // namespace kedge
