#include <gtest/gtest.h>

#include "core/config_node.h"

namespace kedge {
namespace {

TEST(ConfigYaml, WritesBlockStyle) {
  const auto value = ordered_json::parse(
      R"({"run":{"name":"x","seed":7},"rewards":[{"name":"a","weight":1.0},{"name":"b","tags":[]}],)"
      R"("stop":["\n","yes"],"none":null,"empty":{}})");
  EXPECT_EQ(to_yaml(value),
            "run:\n  name: x\n  seed: 7\nrewards:\n  - name: a\n    weight: 1.0\n"
            "  - name: b\n    tags: []\nstop: [\"\\n\", yes]\nnone: null\nempty: {}\n");
}

TEST(ConfigYaml, ReadsBackToTheSame) {
  const auto value = ordered_json::parse(
      R"({"a":["1","true","null","~","","a: b","- x","#c","é\u0001\"\\","0x10","1e3",".5"],)"
      R"("key with space":{"1":[[1,2],[3,[4]]],"x":[{"y":[{"z":1}]}]},"f":[1e-4,0.1,1e300,-0.0],)"
      R"("big":18446744073709551615,"neg":-9223372036854775808})");
  EXPECT_EQ(to_json(parse_yaml(to_yaml(value), "x")).dump(), value.dump());
  for (const char* simple : {"3", "\"3\"", "[]", "{}", "null", "[1,[2]]"}) {
    const auto one = ordered_json::parse(simple);
    EXPECT_EQ(to_json(parse_yaml(to_yaml(one), "x")).dump(), one.dump()) << simple;
  }
}

}  // namespace
}  // namespace kedge
