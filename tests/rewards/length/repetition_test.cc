#include <gtest/gtest.h>

#include "tests/support/length_items.h"

namespace kedge {
namespace {

double repetition(const std::string& settings, std::vector<Token> tokens) {
  MeasuredPrompt prompt({1}, {1});
  prompt.items()[0].tokens = std::move(tokens);
  return terms_of("repetition", settings, prompt)[0];
}

TEST(Repetition, CountsRepeatedGroups) {
  EXPECT_EQ(repetition("{ngram: 2}", {1, 2, 3, 4}), 0.0);
  EXPECT_EQ(repetition("{ngram: 2}", {5, 5, 5, 5, 5}), -0.75);
  EXPECT_EQ(repetition("{ngram: 3, max_penalty: -0.5}", {1, 2, 1, 2, 1, 2}), -0.25);
  EXPECT_EQ(repetition("", {1, 1}), 0.0);
}

}  // namespace
}  // namespace kedge
