#include "trainer/advantage/estimators.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

using testing::estimate;
using testing::estimator_config;

TEST(PvpoEstimator, ComparesWithTheMeanOfTheReferenceSamples) {
  const auto a = estimate(estimator_config("pvpo"),
                          {.reward = {1, 0}, .anchor = {{{0, std::nullopt, 1, 1, 1}}, {}}});
  EXPECT_EQ(a, (std::vector<double>{0.25, -0.75}));
}

TEST(PvpoEstimator, NoValidReferenceIsAnError) {
  EXPECT_THROW(
      estimate(estimator_config("pvpo"), {.reward = {1}, .anchor = {{{std::nullopt}}, {}}}),
      PolicyError);
}

}  // namespace
}  // namespace kedge
