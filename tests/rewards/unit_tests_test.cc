#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/reward_items.h"

namespace kedge {
namespace {

using ::testing::HasSubstr;

Verdict judged(const std::string& code, json tests, const std::string& settings = "") {
  return verdict_of("unit_tests", settings, "Here:\n```python\n" + code + "\n```\n",
                    {{"tests", std::move(tests)}, {"before", "import math"}});
}

TEST(UnitTests, RunsTheAnswerWithTheTests) {
  const std::string twice = "def twice(x):\n    return 2 * x";
  EXPECT_EQ(judged(twice, "assert twice(3) == 6").score, 1.0);
  const Verdict wrong = judged(twice, {"assert twice(3) == 6", "assert twice(3) == 7"});
  EXPECT_EQ(wrong.score, 0.0);
  EXPECT_THAT(wrong.note, HasSubstr("AssertionError"));
  EXPECT_EQ(judged(twice, {"assert twice(3) == 6", "assert False"}, "{share: true}").score, 0.5);
  EXPECT_EQ(judged("x = math.pi", "assert x > 3", "{setup: before}").score, 1.0);
}

TEST(UnitTests, TroubleOfTheProgramIsAScoreOfZero) {
  EXPECT_THAT(judged("while True: pass", "", "{timeout_s: 0.3}").note, HasSubstr("within 0.3 s"));
  EXPECT_THAT(judged("def f(:", "").note, HasSubstr("SyntaxError"));
  EXPECT_THAT(judged("import os; os.abort()", "").note, HasSubstr("signal"));
  EXPECT_EQ(judged("import sys; sys.exit(0)", "assert False").score, 0.0);
}

TEST(UnitTests, NeedsCodeAndTests) {
  EXPECT_EQ(verdict_of("unit_tests", "", "no code", {{"tests", "1"}}).note, "no fenced block");
  EXPECT_EQ(verdict_of("unit_tests", "", "x", json::object()).kind, VerdictKind::error);
  EXPECT_EQ(judged("1", json::array()).kind, VerdictKind::abstain);
}

}  // namespace
}  // namespace kedge
