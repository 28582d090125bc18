#include <gtest/gtest.h>

#include "tests/support/length_items.h"

namespace kedge {
namespace {

TEST(Cosine, ShortWhenRightLongWhenWrong) {
  MeasuredPrompt prompt({1, 50, 100, 150, 1}, {1, 1, 1, 0, 0});
  const auto terms = terms_of("cosine", "{max_length: 100, exceed: null}", prompt);
  EXPECT_NEAR(terms[0], 2.0, 1e-3);
  EXPECT_DOUBLE_EQ(terms[1], 1.5);
  EXPECT_DOUBLE_EQ(terms[2], 1.0);
  EXPECT_DOUBLE_EQ(terms[3], 0.0);  // no second climb beyond max_length
  EXPECT_NEAR(terms[4], -10.0, 1e-2);
}

TEST(Cosine, ExceedingHasItsOwnTerm) {
  MeasuredPrompt prompt({83, 84}, {1, 1});
  const auto terms = terms_of("cosine", "{max_length: 100, exceed: -3}", prompt);
  EXPECT_GT(terms[0], 1.0);
  EXPECT_EQ(terms[1], -3.0);
}

TEST(Cosine, NeedsItsLength) { EXPECT_THROW(make_reward("cosine", ""), ConfigError); }

}  // namespace
}  // namespace kedge
