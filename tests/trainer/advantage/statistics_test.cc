#include "trainer/advantage/statistics.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

using testing::estimate;
using testing::estimator_config;

TEST(Statistics, TwoPassesDoNotCancel) {
  const std::vector<double> values = {1e8 + 1, 1e8 + 2, 1e8 + 3};
  EXPECT_DOUBLE_EQ(std_of(values, StdKind::sample), 1.0);
  EXPECT_DOUBLE_EQ(std_of(values, StdKind::population), std::sqrt(2.0 / 3.0));
}

TEST(Statistics, FewValues) {
  EXPECT_EQ(mean_of({}), 0.0);
  EXPECT_EQ(std_of({}, StdKind::population), 0.0);
  const std::vector<double> one = {5};
  EXPECT_EQ(std_of(one, StdKind::sample), 0.0);
  EXPECT_EQ(mean_of(one), 5.0);
}

}  // namespace
}  // namespace kedge
