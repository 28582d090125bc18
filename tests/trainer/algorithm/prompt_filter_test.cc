#include "trainer/algorithm/prompt_filter.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

using List = std::vector<double>;

TEST(PromptFilter, ByReferenceAccuracy) {
  EXPECT_EQ(filter_by_reference(List{1, 1}, false, 0), PromptAction::drop_easy);
  EXPECT_EQ(filter_by_reference(List{1, 0}, false, 0), PromptAction::keep);
  EXPECT_EQ(filter_by_reference(List{0, 0}, false, 0), PromptAction::drop_hard);
  EXPECT_EQ(filter_by_reference(List{0, 0}, true, 0), PromptAction::inject);
}

TEST(PromptFilter, ByRangeAndSpread) {
  EXPECT_EQ(filter_by_range(List{0.5, 0.5}, 0, 1, 0), PromptAction::keep);
  EXPECT_EQ(filter_by_range(List{1, 1}, 0, 1, 0), PromptAction::resample);
  EXPECT_EQ(filter_flat(List{0.5, 0.5}, 0), PromptAction::resample);
  EXPECT_EQ(filter_flat(List{0.5}, 0), PromptAction::keep);
  EXPECT_EQ(name_of(PromptAction::drop_easy), "drop_easy");
}

TEST(PromptFilter, BadMetricsNameThePrompt) {
  for (const List& metrics : {List{}, List{1, std::nan("")}}) {
    try {
      filter_flat(metrics, 5);
      FAIL();
    } catch (const PolicyError& e) {
      EXPECT_EQ(e.fault(), PolicyFault::nonfinite_metric);
      EXPECT_EQ(e.where(), 5);
    }
  }
}

}  // namespace
}  // namespace kedge
