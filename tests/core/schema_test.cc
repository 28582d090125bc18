#include "core/schema.h"

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

TEST(Schema, DumpBindsBackToTheSame) {
  const SampleConfig config = bound(
      "{on: false, big: -9000000000, rate: 1e-3, text: '12', limit: 2, clip: [0.1, 0.3],"
      " entries: [{name: x, depth: 3, label: '5'}], extra: {coef: 2}, raw: {a: [1, {b: ~}]},"
      " columns: {prompt: question}, colors: [red, blue]}");
  const ordered_json values = dump(config);
  EXPECT_EQ(values["entries"].dump(), R"([{"name":"x","weight":1.0,"depth":3,"label":"5"}])");
  EXPECT_EQ(values["extra"].dump(), R"({"coef":2.0,"steps":5})");
  EXPECT_EQ(values["limit"], 2.0);
  EXPECT_EQ(values["color"], "green");
  EXPECT_EQ(dump(bound(to_yaml(values))).dump(), values.dump());
  const SampleConfig defaults;
  EXPECT_EQ(dump(bound("")).dump(), dump(defaults).dump());
}

TEST(Schema, DescribesEveryField) {
  const std::vector<FieldDoc> fields = describe(SampleConfig());
  const auto find = [&](const std::string& path) {
    for (const FieldDoc& field : fields) {
      if (field.path == path) return field;
    }
    return FieldDoc{};
  };
  EXPECT_EQ(find("rate").default_value, "1e-4");
  EXPECT_EQ(find("rate").range, "> 0");
  EXPECT_EQ(find("color").type, "red | green | blue");
  EXPECT_EQ(find("limit").type, "number or null");
  EXPECT_EQ(find("limit").default_value, "null");
  EXPECT_EQ(find("clip").type, "list of 2 number");
  EXPECT_EQ(find("columns").type, "map to string");
  EXPECT_EQ(find("entries").type, "list of sections");
  EXPECT_EQ(find("entries[].weight").default_value, "1.0");
  EXPECT_EQ(find("entries[].*").type, "any");
  EXPECT_EQ(find("extra").type, "optional section");
  EXPECT_EQ(find("extra.coef").default_value, "0.1");
  EXPECT_EQ(find("inner").type, "section");
  EXPECT_EQ(find("inner.steps").range, "0 <= x <= 100");
}

TEST(Schema, ReferencePageAndHelp) {
  const std::vector<FieldDoc> fields = describe(SampleConfig());
  const std::string page = reference_markdown("Reference", fields);
  EXPECT_THAT(page, HasSubstr("# Reference\n"));
  EXPECT_THAT(page, HasSubstr("\n## inner\n\na section\n"));
  EXPECT_THAT(page, HasSubstr("| `inner.coef` | number | `0.1` | >= 0 | a coefficient |\n"));
  EXPECT_THAT(page, HasSubstr("how many \\| steps"));
  EXPECT_THAT(page, HasSubstr("## entries\n\nthe entries (a list)\n"));
  const std::string help = help_text(fields);
  EXPECT_THAT(help, HasSubstr("a rate [number, > 0; default 1e-4]\n"));
}

TEST(Schema, HashFollowsValuesNotOrder) {
  const auto a = ordered_json::parse(R"({"x":1,"y":{"b":2,"a":3}})");
  const auto b = ordered_json::parse(R"({"y":{"a":3,"b":2},"x":1})");
  const auto c = ordered_json::parse(R"({"y":{"a":3,"b":2},"x":2})");
  EXPECT_EQ(config_hash(a), config_hash(b));
  EXPECT_NE(config_hash(a), config_hash(c));
  EXPECT_EQ(config_hash(a).size(), 32u);
}

}  // namespace
}  // namespace kedge
