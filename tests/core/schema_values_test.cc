#include "core/schema_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_config.h"

namespace kedge {
namespace {

using testing::HasSubstr;
using testing_support::Color;
using testing_support::SampleConfig;

SampleConfig bound(const std::string& yaml) {
  SampleConfig config;
  bind(parse_yaml(yaml, "a.yaml"), config);
  return config;
}

std::string refusal(const std::string& yaml) {
  try {
    bound(yaml);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(SchemaValues, ReadsEveryKind) {
  const SampleConfig config = bound(
      "{on: false, big: 9000000000, seed: 18446744073709551615, rate: 1.0e-4, text: 5,"
      " color: blue, limit: 0.5, list: [], colors: [red], clip: [0, 1], columns: {a: b},"
      " entries: [{name: n, own: 1}], inner: {steps: 9}, raw: [1]}");
  EXPECT_FALSE(config.on);
  EXPECT_EQ(config.big, 9000000000);
  EXPECT_EQ(config.seed, 18446744073709551615u);
  EXPECT_EQ(config.rate, 1e-4);
  EXPECT_EQ(config.text, "5");
  EXPECT_EQ(config.color, Color::blue);
  EXPECT_EQ(config.limit, 0.5);
  EXPECT_TRUE(config.list.empty());
  EXPECT_EQ(config.colors, std::vector<Color>{Color::red});
  EXPECT_EQ(config.clip[1], 1.0);
  EXPECT_EQ(config.columns.at("a"), "b");
  EXPECT_EQ(config.entries.at(0).settings.find("own")->scalar, "1");
  EXPECT_EQ(config.entries.at(0).settings.find("name"), nullptr);
  EXPECT_EQ(config.inner.steps, 9);
  EXPECT_EQ(config.inner.coef, 0.1);
  EXPECT_EQ(config.raw.items.size(), 1u);
  EXPECT_FALSE(bound("limit: null").limit.has_value());
}

TEST(SchemaValues, UnknownKeysNameTheNearest) {
  EXPECT_EQ(refusal("text: a\ninner:\n  stesp: 1\n"),
            "inner.stesp (a.yaml:3): unknown key; did you mean 'steps'? valid: coef, steps");
  EXPECT_THAT(refusal("zzzzzz: 1"), HasSubstr("zzzzzz (a.yaml:1): unknown key; valid: on, big"));
}

TEST(SchemaValues, WrongTypes) {
  EXPECT_EQ(refusal("on: yes"), "on (a.yaml:1): found 'yes'; expected true or false");
  EXPECT_THAT(refusal("on: 1"), HasSubstr("true or false"));
  EXPECT_THAT(refusal("big: 1.0"), HasSubstr("found '1.0'; expected an integer"));
  EXPECT_THAT(refusal("big: 1e3"), HasSubstr("expected an integer"));
  EXPECT_THAT(refusal("big: '3'"), HasSubstr("(in quotes); expected an integer"));
  EXPECT_THAT(refusal("rate: fast"), HasSubstr("expected a number"));
  EXPECT_THAT(refusal("rate: .inf"), HasSubstr("finite"));
  EXPECT_THAT(refusal("rate: nan"), HasSubstr("finite"));
  EXPECT_THAT(refusal("rate:"), HasSubstr("found null; expected a number"));
  EXPECT_THAT(refusal("text: [a]"), HasSubstr("found a list of 1; expected text"));
  EXPECT_THAT(refusal("color: gren"), HasSubstr("did you mean 'green'? valid: red, green, blue"));
  EXPECT_THAT(refusal("list: 3"), HasSubstr("expected a list"));
  EXPECT_THAT(refusal("list: [1, x]"), HasSubstr("list.1 (a.yaml:1): found 'x'"));
  EXPECT_THAT(refusal("clip: [1]"), HasSubstr("expected a list of 2"));
  EXPECT_THAT(refusal("columns: [1]"), HasSubstr("expected a map"));
  EXPECT_THAT(refusal("inner: 3"), HasSubstr("expected a map of settings"));
  EXPECT_THAT(refusal("[1]"), HasSubstr("a.yaml:1: found a list of 1"));
}

TEST(SchemaValues, OutOfRange) {
  EXPECT_THAT(refusal("rate: 0"), HasSubstr("rate (a.yaml:1): found 0; expected > 0"));
  EXPECT_THAT(refusal("limit: -1"), HasSubstr("expected > 0"));
  EXPECT_THAT(refusal("list: [1, -1]"), HasSubstr("list.1"));
  EXPECT_THAT(refusal("clip: [0.5, 2]"), HasSubstr("0 <= x <= 1"));
  EXPECT_THAT(refusal("inner: {steps: 3000000000}"),
              HasSubstr("between -2147483648 and 2147483647"));
  EXPECT_THAT(refusal("seed: -1"), HasSubstr("between 0 and 18446744073709551615"));
  EXPECT_THAT(refusal("big: 99999999999999999999"), HasSubstr("expected an integer between"));
  EXPECT_THAT(refusal("entries: [{name: ''}]"), HasSubstr("entries.0.name (a.yaml:1)"));
}

TEST(SchemaValues, CrossFieldRulesSeeTheirPath) {
  EXPECT_EQ(refusal("inner: {coef: 2, steps: 0}"), "inner: coef needs steps; steps > 0");
  EXPECT_THAT(refusal("extra: {coef: 2, steps: 0}"), HasSubstr("extra: coef needs steps"));
}

TEST(SchemaValues, OverridesAreNamedAsSuch) {
  ConfigNode root = parse_yaml("rate: 1", "a.yaml");
  apply_override(root, "inner.stps=1");
  SampleConfig config;
  try {
    bind(root, config);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("inner.stps (command line): unknown key"));
  }
}

}  // namespace
}  // namespace kedge
