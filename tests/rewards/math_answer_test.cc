#include <gtest/gtest.h>

#include "tests/support/reward_items.h"

namespace kedge {
namespace {

Verdict check(const std::string& settings, const std::string& completion,
              const std::string& answer) {
  return verdict_of("math_answer", settings, completion, json::object(), answer);
}

TEST(MathAnswer, ComparesTheExtractedAnswer) {
  EXPECT_EQ(check("", R"(so \boxed{\frac{1}{2}})", "0.5").score, 1.0);
  EXPECT_EQ(check("", R"(so \boxed{0.51})", "0.5").score, 0.0);
  EXPECT_EQ(check("{extract: [last_line]}", "0.5", "1/2").score, 1.0);
  EXPECT_EQ(check("", "<think>still going", "1").note, "unfinished_thinking");
  EXPECT_EQ(check("", "it is 1", "1").note, "no_answer in boxed, hashes, phrase");
}

TEST(MathAnswer, TheGoldMayBeAWholeSolution) {
  EXPECT_EQ(check("", "#### 72", "48 + 24\n#### 72").score, 1.0);
  EXPECT_EQ(check("", "#### 72", R"(thus \boxed{72}.)").score, 1.0);
}

TEST(MathAnswer, AnyReadableGoldMayBeMet) {
  const json columns = {{"golds", {R"(\frac{)", "5", 7}}};
  const auto verdict = [&](const char* completion) {
    return verdict_of("math_answer", "{column: golds}", completion, columns);
  };
  EXPECT_EQ(verdict(R"(\boxed{5})").score, 1.0);
  EXPECT_EQ(verdict(R"(\boxed{7})").score, 1.0);
  EXPECT_EQ(verdict(R"(\boxed{6})").score, 0.0);
  EXPECT_TRUE(verdict(R"(\boxed{6})").has_score());
}

TEST(MathAnswer, AbstainsFromAGoldThatCannotBeRead) {
  const Verdict verdict = check("", R"(\boxed{5})", R"(\frac{)");
  EXPECT_EQ(verdict.kind, VerdictKind::abstain);
  EXPECT_EQ(verdict.note, R"(gold '\frac{' cannot be read)");
}

TEST(MathAnswer, Settings) {
  EXPECT_EQ(check("{relative_tolerance: 0.05}", R"(\boxed{98})", "100").score, 1.0);
  EXPECT_EQ(check("{percent: strict}", R"(\boxed{50\%})", "0.5").score, 0.0);
  EXPECT_EQ(check("{units: match}", R"(\boxed{5 \text{ cm}})", "5").score, 0.0);
  EXPECT_THROW(check("{relative_tolerance: 0}", "", ""), ConfigError);
}

}  // namespace
}  // namespace kedge
