#include "trainer/algorithm/check_rows.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

PolicyFault fault_of(const PolicyRows& rows, int64_t where) {
  try {
    check_rows(rows);
  } catch (const PolicyError& e) {
    EXPECT_EQ(e.where(), where) << e.what();
    return e.fault();
  }
  ADD_FAILURE() << "accepted";
  return PolicyFault::shape_mismatch;
}

TEST(CheckRows, NamesTheRowOfABadNumber) {
  PolicyRows rows = testing::reward_rows({{1, 0}}, 2);
  rows.old_logprob.wide = {-1, -1, -1, std::nan("")};
  EXPECT_EQ(fault_of(rows, 1), PolicyFault::nonfinite_logprob);
  rows.mask[3] = 0;
  EXPECT_NO_THROW(check_rows(rows));
  rows.credit.wide = {HUGE_VAL, 1, 1, 1};
  EXPECT_EQ(fault_of(rows, 0), PolicyFault::nonfinite_input);
}

TEST(CheckRows, RewardsAndMetricsOfScoredRows) {
  PolicyRows rows = testing::reward_rows({{1, 0}, {1, HUGE_VAL}});
  EXPECT_EQ(fault_of(rows, 3), PolicyFault::nonfinite_reward);
  rows.scored[3] = 0;
  EXPECT_NO_THROW(check_rows(rows));
  rows.metric[2] = std::nan("");
  EXPECT_EQ(fault_of(rows, 1), PolicyFault::nonfinite_metric);
}

TEST(CheckRows, Shapes) {
  PolicyRows rows = testing::reward_rows({{1, 0}});
  rows.ref_logprob.narrow = {0.0f};
  EXPECT_EQ(fault_of(rows, -1), PolicyFault::shape_mismatch);
  rows.ref_logprob.narrow.clear();
  rows.metric.pop_back();
  EXPECT_EQ(fault_of(rows, -1), PolicyFault::shape_mismatch);
}

}  // namespace
}  // namespace kedge
