#include "trainer/loss/kl.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

KlTerm term(const std::string& name, double x, bool clamp = true) {
  for (const KlEstimator& entry : kl_estimators()) {
    if (entry.name == name) return entry.term(x, clamp);
  }
  ADD_FAILURE() << name;
  return {};
}

TEST(KlEstimators, Values) {
  EXPECT_EQ(term("k1", 0.5).value, -0.5);
  EXPECT_EQ(term("abs", -0.5).value, 0.5);
  EXPECT_EQ(term("abs", -0.5).d_logprob, 1.0);
  EXPECT_EQ(term("k2", 0.5).value, 0.125);
  EXPECT_EQ(term("k2", 0.5).d_logprob, -0.5);
  EXPECT_NEAR(term("k3", 0.5).value, std::exp(0.5) - 1.5, 1e-15);
  EXPECT_NEAR(term("k3", 0.5).d_logprob, 1 - std::exp(0.5), 1e-15);
}

TEST(KlEstimators, K3IsCutWhereAsked) {
  EXPECT_EQ(term("k3", 5.0).value, 10.0);
  EXPECT_EQ(term("k3", 5.0).d_logprob, 0.0);
  EXPECT_NEAR(term("k3", 5.0, false).value, std::exp(5.0) - 6.0, 1e-12);
  EXPECT_EQ(term("k3", -30.0).d_logprob, 0.0);
}

TEST(KlEstimators, StraightThroughTakesTheGradientOfK2) {
  EXPECT_EQ(term("k3+", 0.5).value, term("k3", 0.5).value);
  EXPECT_EQ(term("k3+", 0.5).d_logprob, -0.5);
  EXPECT_EQ(term("k1+", 0.5).value, -0.5);
  EXPECT_EQ(term("k1+", 0.5).d_logprob, -0.5);
}

TEST(KlEstimators, ImportanceMultipliesAndDifferentiates) {
  const KlTerm weighted = with_importance({0.25, -0.5}, 0.0);
  EXPECT_EQ(weighted.value, 0.25);
  EXPECT_EQ(weighted.d_logprob, -0.25);
  EXPECT_NEAR(with_importance({0.25, -0.5}, 1.0).value, 0.25 * std::exp(1.0), 1e-15);
}

}  // namespace
}  // namespace kedge
