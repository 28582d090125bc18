#include "trainer/algorithm/policy_error.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

TEST(PolicyError, SaysWhatAndWhere) {
  const PolicyError e(PolicyFault::nonfinite_metric, 4, "metric of prompt 4 is nan");
  EXPECT_EQ(e.where(), 4);
  EXPECT_EQ(name_of(e.fault()), "nonfinite_metric");
  EXPECT_STREQ(e.what(), "[policy] nonfinite_metric: metric of prompt 4 is nan");
  EXPECT_EQ(name_of(PolicyFault::group_too_small), "group_too_small");
}

}  // namespace
}  // namespace kedge
