#include "trainer/advantage/estimators.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

using testing::estimate;
using testing::estimator_config;

AdvantageConfig with_pairing(Pairing pairing) {
  AdvantageConfig config = estimator_config("aapo");
  config.scale = AdvantageScale::none;
  config.margin.pairing = pairing;
  return config;
}

// The sheet's margin table: right where the reference is wrong +0.28, the other way round -0.2.
TEST(AapoEstimator, AddsTheClippedMargin) {
  json details = json::object();
  const auto a = estimate(with_pairing(Pairing::index),
                          {.reward = {1, 1, 0, 0}, .anchor = {{{1, 0, 1, 0}}, {}}}, &details);
  EXPECT_EQ(a, (std::vector<double>{0.5, 0.78, -0.7, -0.5}));
  EXPECT_EQ(details["margin"], json({0.0, 0.28, -0.2, 0.0}));
  EXPECT_EQ(details["reference"], 0.5);
}

TEST(AapoEstimator, AverageClipsBeforeAndMeanAfter) {
  const testing::EstimateCase c{.reward = {1, 1}, .anchor = {{{1, 0, std::nullopt}}, {}}};
  EXPECT_DOUBLE_EQ(estimate(with_pairing(Pairing::average), c)[0], 0.14);
  EXPECT_DOUBLE_EQ(estimate(with_pairing(Pairing::mean), c)[0], 0.28);
}

TEST(AapoEstimator, AFailedReferenceSampleGivesNoMargin) {
  const auto a = estimate(with_pairing(Pairing::index),
                          {.reward = {1, 0}, .anchor = {{{std::nullopt, std::nullopt}}, {}}});
  EXPECT_EQ(a, (std::vector<double>{0.5, -0.5}));
}

TEST(AapoEstimator, MissingReferencesAreErrors) {
  const AdvantageConfig config = with_pairing(Pairing::index);
  EXPECT_THROW(estimate(config, {.reward = {1, 0}}), PolicyError);
  try {
    estimate(config, {.reward = {1, 0}, .anchor = {{{1.0}}, {}}});
    FAIL();
  } catch (const PolicyError& e) {
    EXPECT_EQ(e.fault(), PolicyFault::missing_anchor);
    EXPECT_EQ(e.where(), 1);
  }
}

}  // namespace
}  // namespace kedge
