#include "trainer/loss/loss_metrics.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

TEST(LossMetrics, AddsSumsAndKeepsTheLargestRatio) {
  LossMetrics a;
  a.loss = 1;
  a.ratio_max = 3;
  a.tokens = 2;
  LossMetrics b;
  b.loss = 0.5;
  b.ratio_max = 2;
  b.tokens = 5;
  b.nonfinite_paths = 1;
  a += b;
  EXPECT_EQ(a.loss, 1.5);
  EXPECT_EQ(a.ratio_max, 3);
  EXPECT_EQ(a.tokens, 7);
  EXPECT_EQ(a.nonfinite_paths, 1);
}

// Every member is a double, so a member forgotten in operator+= shows here.
TEST(LossMetrics, AddsEveryMember) {
  constexpr size_t kMembers = sizeof(LossMetrics) / sizeof(double);
  LossMetrics zero;
  LossMetrics ones;
  std::fill_n(reinterpret_cast<double*>(&ones), kMembers, 1.0);
  zero += ones;
  for (size_t i = 0; i < kMembers; ++i) EXPECT_EQ(reinterpret_cast<double*>(&zero)[i], 1.0) << i;
}

}  // namespace
}  // namespace kedge
