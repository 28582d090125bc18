#include "trainer/loss/value_loss.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

TEST(ValueLoss, TakesTheLargerSquare) {
  const std::vector<uint8_t> mask = {1, 1, 0};
  const std::vector<double> now = {1.0, 0.9, 9};
  const std::vector<double> old_values = {0.0, 0.8, 9};
  const std::vector<double> returns = {1.0, 0.0, 9};
  std::vector<double> gradient(3);
  const ValueLoss loss = value_loss({mask, now, old_values, returns, 0.5, 0.5}, gradient);
  // First token: (1 - 1)^2 against (0.5 - 1)^2: clipped, no gradient.
  EXPECT_DOUBLE_EQ(loss.loss, 0.5 * 0.5 * (0.25 + 0.81));
  EXPECT_EQ(loss.clipped, 0.5);
  EXPECT_EQ(gradient[0], 0.0);
  EXPECT_DOUBLE_EQ(gradient[1], 0.45);
  EXPECT_EQ(gradient[2], 0.0);
  EXPECT_EQ(value_loss({mask, now, old_values, returns, {}, 0.5}, gradient).clipped, 0.0);
}

}  // namespace
}  // namespace kedge
