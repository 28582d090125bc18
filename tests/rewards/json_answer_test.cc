#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/reward_items.h"

namespace kedge {
namespace {

constexpr const char* kTwo =
    R"({schema: '{"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "integer"}}}'})";

Verdict judged(const std::string& completion, const std::string& settings = kTwo) {
  return verdict_of("json_answer", settings, completion);
}

TEST(JsonAnswer, ReadsFencedTaggedOrBareJson) {
  EXPECT_EQ(judged("So:\n```json\n{\"a\": 1, \"b\": 2}\n```\ndone").score, 1.0);
  EXPECT_EQ(judged("<think>x</think><answer>{\"a\": 1, \"b\": 2}</answer>").score, 1.0);
  EXPECT_EQ(judged("{\"a\": 1, \"b\": 2}").score, 1.0);
  EXPECT_EQ(judged("no").note, "no JSON");
  EXPECT_EQ(judged("{\"a\": 1.5, \"b\": 2}").score, 0.0);
  EXPECT_THAT(judged("{\"a\": 1}").note, ::testing::HasSubstr("\"b\""));
}

TEST(JsonAnswer, MayScoreAShare) {
  std::string settings = kTwo;
  settings.insert(1, "score: share, ");
  EXPECT_EQ(judged("{\"a\": 1}", settings).score, 0.5);
  EXPECT_EQ(judged("{\"a\": \"x\"}", settings).score, 0.0);
}

TEST(JsonAnswer, ThePromptMayBringTheSchema) {
  const json columns = {{"form", {{"type", "array"}}}, {"text", "{\"type\": \"array\"}"}};
  EXPECT_EQ(verdict_of("json_answer", "{column: form}", "[1]", columns).score, 1.0);
  EXPECT_EQ(verdict_of("json_answer", "{column: text}", "{}", columns).score, 0.0);
  EXPECT_EQ(verdict_of("json_answer", "{column: none}", "{}", columns).kind, VerdictKind::error);
}

TEST(JsonAnswer, DeepAnswersAreRefused) {
  EXPECT_EQ(judged(std::string(100'000, '[')).score, 0.0);
  EXPECT_EQ(judged("\"" + std::string(1000, '[') + "\"").score, 0.0);
}

TEST(JsonAnswer, SettingsAreChecked) {
  EXPECT_THROW(make_reward("json_answer", ""), ConfigError);
  EXPECT_THROW(make_reward("json_answer", "{schema: '{'}"), ConfigError);
  EXPECT_THROW(make_reward("json_answer", "{schema: '{\"typ\": 1}'}"), ConfigError);
}

}  // namespace
}  // namespace kedge
