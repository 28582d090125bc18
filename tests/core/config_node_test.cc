#include "core/config_node.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace kedge {
namespace {

using testing::HasSubstr;

std::string error_of(const std::string& text) {
  try {
    parse_yaml(text, "a.yaml");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(ConfigNode, KeepsOrderTextQuotesAndPlaces) {
  const ConfigNode root = parse_yaml("b: 1.0e-4\na:\n  - '7'\n  - {x: ~}\nc:\n", "a.yaml");
  ASSERT_TRUE(root.is_map());
  EXPECT_EQ(root.members[0].name, "b");
  EXPECT_EQ(root.find("b")->scalar, "1.0e-4");
  EXPECT_FALSE(root.find("b")->quoted);
  const ConfigNode& list = *root.find("a");
  EXPECT_EQ(list.where, "a.yaml:2");
  EXPECT_TRUE(list.items[0].quoted);
  EXPECT_EQ(list.items[1].find("x")->where, "a.yaml:4");
  EXPECT_TRUE(list.items[1].find("x")->is_null());
  EXPECT_TRUE(root.find("c")->is_null());
  EXPECT_EQ(root.find("d"), nullptr);
}

TEST(ConfigNode, MistakesNameFileAndLine) {
  EXPECT_THAT(error_of("a: 1\nb: 2\na: 3\n"), HasSubstr("a.yaml:3: key 'a' stands twice"));
  EXPECT_THAT(error_of("a: 1\nb: [1, 2\n"), HasSubstr("broken YAML"));
  EXPECT_THAT(error_of("a: 1\nb: [1, 2\n"), HasSubstr("a.yaml:"));
  EXPECT_THAT(error_of("a: 1\n---\nb: 1\n"), HasSubstr("more than one YAML document"));
  EXPECT_THAT(error_of("&x [*x]"), HasSubstr("64 deep"));
  EXPECT_THAT(error_of("[1, 2]: 3"), HasSubstr("no plain text"));
  EXPECT_TRUE(parse_yaml("", "a.yaml").is_null());
  EXPECT_TRUE(parse_yaml("# only a comment\n", "a.yaml").is_null());
}

TEST(ConfigNode, LoadsFilesAndNamesMissingOnes) {
  const auto path = std::filesystem::temp_directory_path() / "kedge_config_node_test.yaml";
  std::ofstream(path) << "a: {b: 2}\n";
  EXPECT_EQ(load_yaml(path.string()).find("a")->find("b")->scalar, "2");
  std::filesystem::remove(path);
  try {
    load_yaml(path.string());
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.place(), path.string());
  }
  EXPECT_THROW(load_yaml("/"), ConfigError);
}

TEST(ConfigNode, MergeIsRecursiveForMapsOnly) {
  ConfigNode base = parse_yaml("a: {x: 1, y: 2}\nl: [1, 2]\n", "base.yaml");
  merge(base, parse_yaml("a: {y: 3, z: 4}\nl: [9]\nn: 1\n", "over.yaml"));
  EXPECT_EQ(to_json(base).dump(), R"({"a":{"x":1,"y":3,"z":4},"l":[9],"n":1})");
  EXPECT_EQ(base.find("a")->find("y")->where, "over.yaml:1");
  EXPECT_EQ(base.find("a")->find("x")->where, "base.yaml:1");
}

TEST(ConfigNode, OverridesReachMapsAndLists) {
  ConfigNode root = parse_yaml("rewards: [{name: a}, {name: b}]\n", "a.yaml");
  apply_override(root, "rewards.1.weight=0.5");
  apply_override(root, "optimizer.schedule.kind=linear");
  apply_override(root, "data={task: sums}");
  apply_override(root, "run.name=a=b");
  EXPECT_EQ(to_json(root).dump(),
            R"({"rewards":[{"name":"a"},{"name":"b","weight":0.5}],)"
            R"("optimizer":{"schedule":{"kind":"linear"}},"data":{"task":"sums"},)"
            R"("run":{"name":"a=b"}})");
  EXPECT_EQ(root.find("data")->find("task")->where, "command line");
}

TEST(ConfigNode, OverridesThatCannotBe) {
  ConfigNode root = parse_yaml("list: [1]\nscalar: 2\n", "a.yaml");
  EXPECT_THROW(apply_override(root, "nothing"), ConfigError);
  EXPECT_THROW(apply_override(root, "=1"), ConfigError);
  EXPECT_THROW(apply_override(root, "a..b=1"), ConfigError);
  EXPECT_THROW(apply_override(root, "list.1=1"), ConfigError);
  EXPECT_THROW(apply_override(root, "list.x=1"), ConfigError);
  EXPECT_THROW(apply_override(root, "a=[1"), ConfigError);
  try {
    apply_override(root, "scalar.x=1");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("'x' lies inside '2' of a.yaml:2"));
  }
}

TEST(ConfigNode, JsonThereAndBack) {
  const ordered_json value =
      ordered_json::parse(R"({"s":"1","i":-3,"f":0.5,"n":null,"l":[{"b":true}]})");
  EXPECT_EQ(to_json(to_config_node(value)).dump(), value.dump());
}

}  // namespace
}  // namespace kedge
