#include "trainer/loss/clip.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

ClipTerm term(const std::string& kind, const ClipConfig& config, double rho, double advantage) {
  for (const ClipKind& entry : clip_kinds()) {
    if (entry.name == kind) return entry.term(config, {rho, advantage, -0.5, rho});
  }
  ADD_FAILURE() << kind;
  return {};
}

TEST(PpoClip, StopsOutsideTheBounds) {
  const ClipConfig config;  // 0.2, 0.2
  EXPECT_DOUBLE_EQ(term("ppo", config, 1.5, 2).loss, -2.4);
  EXPECT_EQ(term("ppo", config, 1.5, 2).d_rho, 0.0);
  EXPECT_TRUE(term("ppo", config, 1.5, 2).high);
  EXPECT_DOUBLE_EQ(term("ppo", config, 1.5, -2).loss, 3.0);
  EXPECT_EQ(term("ppo", config, 1.5, -2).d_rho, 2.0);
  EXPECT_TRUE(term("ppo", config, 0.5, -2).low);
  EXPECT_EQ(term("ppo", config, 0.5, -2).d_rho, 0.0);
  EXPECT_EQ(term("ppo", config, 1.2, 2).d_rho, -2.0);  // on the bound it flows
}

TEST(PpoClip, DualBoundsNegativeAdvantages) {
  ClipConfig config;
  config.dual = 3.0;
  const ClipTerm cut = term("ppo", config, 8, -2);
  EXPECT_EQ(cut.loss, 6.0);
  EXPECT_EQ(cut.d_rho, 0.0);
  EXPECT_TRUE(cut.dual);
  EXPECT_FALSE(term("ppo", config, 8, 2).dual);
}

TEST(CispoClip, KeepsTheGradientOfTheLogProb) {
  ClipConfig config;
  config.cap = 1.5;
  const ClipTerm cut = term("cispo", config, 8, 2);
  EXPECT_DOUBLE_EQ(cut.loss, -1.5 * 2 * -0.5);
  EXPECT_DOUBLE_EQ(cut.d_logprob, -3.0);
  EXPECT_EQ(cut.d_rho, 0.0);
  EXPECT_TRUE(cut.high);
  EXPECT_DOUBLE_EQ(term("cispo", config, 0.01, 2).d_logprob, -0.02);  // no lower bound
  EXPECT_DOUBLE_EQ(term("cispo", ClipConfig{}, 0.01, 2).d_logprob, -1.6);
}

TEST(SapoClip, HasSlopeAAtRatioOne) {
  const ClipConfig config;
  EXPECT_EQ(term("sapo", config, 1.0, 2).d_rho, -2.0);
  EXPECT_EQ(term("sapo", config, 1.0, -2).d_rho, 2.0);
  EXPECT_LT(std::abs(term("sapo", config, 4.0, 2).d_rho), 0.5);
}

TEST(NoClip, IsTheProduct) {
  EXPECT_EQ(term("none", ClipConfig{}, 4.0, 2).loss, -8.0);
  EXPECT_EQ(term("none", ClipConfig{}, 4.0, 2).d_rho, -2.0);
}

TEST(LogprobTerm, IgnoresTheRatio) {
  const ClipTerm plain = logprob_term({9.0, 2.0, -0.5, 9.0});
  EXPECT_EQ(plain.loss, 1.0);
  EXPECT_EQ(plain.d_logprob, -2.0);
}

}  // namespace
}  // namespace kedge
