#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/reward_items.h"

namespace kedge {
namespace {

TEST(RegexMatch, FullOrSearch) {
  EXPECT_EQ(score_of("regex_match", "{pattern: '\\d+'}", "12"), 1.0);
  EXPECT_EQ(score_of("regex_match", "{pattern: '\\d+'}", "12a"), 0.0);
  EXPECT_EQ(score_of("regex_match", "{pattern: '\\d+', mode: search}", "12a"), 1.0);
  EXPECT_EQ(score_of("regex_match", "{pattern: 'a.b'}", "a\nb"), 1.0);
  EXPECT_EQ(score_of("regex_match", "{pattern: 'a.b', dot_all: false}", "a\nb"), 0.0);
  EXPECT_EQ(score_of("regex_match", "{pattern: 'YES', ignore_case: true}", "yes"), 1.0);
}

TEST(RegexMatch, BacktrackingIsAnErrorAndNotAScore) {
  const Verdict verdict =
      verdict_of("regex_match", "{pattern: '(a+)+$', match_limit: 10000}",
                 std::string(50, 'a') + "b");
  EXPECT_EQ(verdict.kind, VerdictKind::error);
  EXPECT_THAT(verdict.note, ::testing::HasSubstr("match_limit of 10000"));
}

TEST(RegexMatch, RefusesABadOrMissingPattern) {
  EXPECT_THROW(make_reward("regex_match", "{pattern: '(a'}"), ConfigError);
  EXPECT_THROW(make_reward("regex_match", ""), ConfigError);
}

}  // namespace
}  // namespace kedge
