#include <gtest/gtest.h>

#include "tests/support/length_items.h"

namespace kedge {
namespace {

TEST(StopProperly, ChangesTheRewardOfTruncatedAnswers) {
  MeasuredPrompt prompt({5, 6}, {1, 1});
  prompt.items()[1].truncated = true;
  prompt.items()[1].combined = 0.8;
  EXPECT_EQ(terms_of("stop_properly", "", prompt), (std::vector<double>{0.0, -0.8}));
  EXPECT_EQ(terms_of("stop_properly", "{coef: 0.5}", prompt)[1], -0.4);
  EXPECT_EQ(terms_of("stop_properly", "{coef: -1}", prompt)[1], -1.8);
}

}  // namespace
}  // namespace kedge
