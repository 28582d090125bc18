#include "rewards/length/traac.h"

#include <gtest/gtest.h>

#include "tests/support/length_items.h"

namespace kedge {
namespace {

TEST(Traac, TermsFallWithLengthAndDifficulty) {
  const std::vector<double> history = {1000, 2000, 3000};
  EXPECT_DOUBLE_EQ(traac_term(1000, history, 0.9), 1.0);
  EXPECT_DOUBLE_EQ(traac_term(2000, history, 0.9), 0.5);
  EXPECT_DOUBLE_EQ(traac_term(2000, history, 0.5), 0.375);
  EXPECT_DOUBLE_EQ(traac_term(2000, history, 0.1), 0.25);
  EXPECT_LT(traac_term(1e9, history, 0.9), 1e-9);
  EXPECT_EQ(traac_term(2000, {}, 0.9), 0.0);
}

TEST(Traac, ThisStepIsPartOfTheHistory) {
  const auto reward = make_reward("traac", "");
  MeasuredPrompt first({100, 300}, {1, 1});
  EXPECT_EQ(terms_of(*reward, first.items())[0], 1.0);
  MeasuredPrompt second({100, 500}, {1, 1});
  // Against 100, 300, 100, 500.
  EXPECT_EQ(terms_of(*reward, second.items())[0], 1.0);
  MeasuredPrompt third({400, 450}, {1, 1});
  EXPECT_DOUBLE_EQ(terms_of(*reward, third.items())[0], 0.25);
}

TEST(Traac, EachDifficultyAndSourceHasItsOwn) {
  const auto reward = make_reward("traac", "{data_source: set}");
  MeasuredPrompt easy({100, 200}, {1, 1}, {{"set", "a"}});
  MeasuredPrompt hard({1000, 10, 10, 10, 10}, {1, 0, 0, 0, 0}, {{"set", "a"}});
  MeasuredPrompt other({150}, {1}, {{"set", "b"}});
  terms_of(*reward, easy.items());
  EXPECT_EQ(terms_of(*reward, hard.items())[0], 0.5 * 0.5);  // alone in its class: at the median
  EXPECT_EQ(terms_of(*reward, hard.items())[1], 0.0);
  EXPECT_EQ(terms_of(*reward, other.items())[0], 0.5);
}

TEST(Traac, TheHistoryIsSavedAndForgotten) {
  const auto reward = make_reward("traac", "{history_steps: 2}");
  MeasuredPrompt longest({900}, {1});
  MeasuredPrompt shorter({100}, {1});
  terms_of(*reward, longest.items());
  terms_of(*reward, shorter.items());
  const json saved = reward->state()->save();
  const auto copy = make_reward("traac", "{history_steps: 2}");
  copy->state()->load(saved);
  MeasuredPrompt next({500}, {1});
  const auto expected = terms_of(*reward, next.items());  // 900 has left
  EXPECT_EQ(terms_of(*copy, next.items()), expected);
  EXPECT_LT(expected[0], 0.5);
  EXPECT_THROW(copy->state()->load(json::object()), ConfigError);
}

}  // namespace
}  // namespace kedge
