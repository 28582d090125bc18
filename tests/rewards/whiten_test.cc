#include "rewards/whiten.h"

#include <gtest/gtest.h>

#include <cmath>

namespace kedge {
namespace {

std::vector<Verdict> whitened(std::vector<Verdict> verdicts) {
  std::vector<Verdict*> pointers;
  for (Verdict& verdict : verdicts) {
    pointers.push_back(&verdict);
  }
  whiten(pointers);
  return verdicts;
}

TEST(Whiten, CentresAndScalesWhatHasAScore) {
  const auto out = whitened({Verdict::scored(1), Verdict::abstained("x"), Verdict::scored(3)});
  EXPECT_NEAR(out[0].score, -1.0 / (std::sqrt(2.0) + 1e-4), 1e-12);
  EXPECT_EQ(out[1].kind, VerdictKind::abstain);
  EXPECT_NEAR(out[2].score, 1.0 / (std::sqrt(2.0) + 1e-4), 1e-12);
}

TEST(Whiten, EqualScoresBecomeZero) {
  EXPECT_EQ(whitened({Verdict::scored(0.1), Verdict::scored(0.1), Verdict::scored(0.1)})[1].score,
            0.0);
  EXPECT_EQ(whitened({Verdict::scored(5)})[0].score, 0.0);
  EXPECT_TRUE(whitened({}).empty());
}

}  // namespace
}  // namespace kedge
