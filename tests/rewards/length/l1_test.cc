#include <gtest/gtest.h>

#include "tests/support/length_items.h"

namespace kedge {
namespace {

TEST(L1, ExactPaysForTheDistance) {
  MeasuredPrompt prompt({500, 1000, 4000}, {1, 1, 0}, {{"num_tokens", 1000}});
  const auto terms = terms_of("l1_exact", "{alpha: 0.001}", prompt);
  EXPECT_DOUBLE_EQ(terms[0], -0.5);
  EXPECT_DOUBLE_EQ(terms[1], 0.0);
  EXPECT_DOUBLE_EQ(terms[2], -3.0);
}

TEST(L1, MaxIsTheWholeRewardBesideACorrectnessOfOne) {
  MeasuredPrompt prompt({500, 1000, 4000, 100}, {1, 1, 1, 0}, {{"n", 1000}});
  const auto terms = terms_of("l1_max", "{alpha: 0.0004, column: n}", prompt);
  EXPECT_DOUBLE_EQ(1.0 + terms[0], 0.7);
  EXPECT_DOUBLE_EQ(1.0 + terms[1], 0.5);
  EXPECT_DOUBLE_EQ(1.0 + terms[2], 0.0);
  EXPECT_DOUBLE_EQ(terms[3], 0.0);
}

TEST(L1, OneNumberForAllPromptsNeedsNoColumn) {
  EXPECT_TRUE(make_reward("l1_max", "{num_tokens: 1000}")->prompt_columns().empty());
  MeasuredPrompt prompt({500, 1000}, {1, 1});
  const auto terms = terms_of("l1_max", "{alpha: 0.0004, num_tokens: 1000}", prompt);
  EXPECT_DOUBLE_EQ(1.0 + terms[0], 0.7);
  EXPECT_DOUBLE_EQ(1.0 + terms[1], 0.5);
}

TEST(L1, TheColumnIsNeeded) {
  EXPECT_EQ(make_reward("l1_max", "")->prompt_columns(), std::vector<std::string>{"num_tokens"});
  MeasuredPrompt prompt({5}, {1});
  EXPECT_TRUE(std::isnan(terms_of("l1_exact", "", prompt)[0]));
}

}  // namespace
}  // namespace kedge
