#include <gtest/gtest.h>

#include "tests/support/length_items.h"

namespace kedge {
namespace {

TEST(Overlong, GrowsOverTheBufferAndSaturates) {
  MeasuredPrompt prompt({80, 90, 100, 140}, {1, 0, 1, 0});
  EXPECT_EQ(terms_of("overlong", "{limit: 100, buffer: 20}", prompt),
            (std::vector<double>{-0.0, -0.5, -1.0, -1.0}));
  EXPECT_EQ(terms_of("overlong", "{limit: 100, buffer: 20, penalty: 2}", prompt)[1], -1.0);
}

TEST(Overlong, TheBufferFitsTheLimit) {
  EXPECT_THROW(make_reward("overlong", "{limit: 10, buffer: 20}"), ConfigError);
}

}  // namespace
}  // namespace kedge
