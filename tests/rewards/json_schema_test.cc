#include "rewards/json_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kedge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const json kOrder = json::parse(R"({
  "type": "object", "required": ["name", "price"], "additionalProperties": false,
  "properties": {"name": {"type": "string"}, "price": {"type": "number", "minimum": 0},
                 "sizes": {"type": "array", "items": {"enum": ["S", "M"]}},
                 "count": {"type": ["integer", "null"], "maximum": 9}}})");

std::vector<std::string> problems(const char* value) {
  return JsonSchema(kOrder, "schema").problems(json::parse(value));
}

TEST(JsonSchema, FitsOrSaysWhere) {
  EXPECT_THAT(problems(R"({"name": "a", "price": 1.5, "sizes": ["S"], "count": 2.0})"), IsEmpty());
  EXPECT_THAT(problems("[]"), ElementsAre(HasSubstr("the answer")));
  EXPECT_THAT(problems(R"({"name": "a"})"), ElementsAre(HasSubstr("price")));
  EXPECT_THAT(problems(R"({"name": "a", "price": -1})"), ElementsAre(HasSubstr("at least 0")));
  EXPECT_THAT(problems(R"({"name": "a", "price": 1, "x": 1})"), ElementsAre(HasSubstr("x: not")));
  EXPECT_THAT(problems(R"({"name": "a", "price": 1, "sizes": ["S", "Q"]})"),
              ElementsAre(HasSubstr("sizes[1]")));
  EXPECT_THAT(problems(R"({"name": 1, "price": 1, "count": 10})"),
              ElementsAre(HasSubstr("count"), HasSubstr("name")));
  EXPECT_THAT(problems(R"({"name": "a", "price": 1, "count": 1.5})"),
              ElementsAre(HasSubstr("integer")));
}

TEST(JsonSchema, CountsRequiredMembersThatFit) {
  const JsonSchema schema(kOrder, "schema");
  EXPECT_EQ(schema.share_of_required(json::parse(R"({"name": "a", "price": "x"})")), 0.5);
  EXPECT_EQ(schema.share_of_required(json::parse("3")), 0.0);
  EXPECT_EQ(JsonSchema(json::object(), "s").share_of_required(3), 1.0);
}

TEST(JsonSchema, RefusesWhatItDoesNotKnow) {
  EXPECT_THROW(JsonSchema(json::parse(R"({"oneOf": []})"), "s"), ConfigError);
  EXPECT_THROW(JsonSchema(json::parse(R"({"type": "strng"})"), "s"), ConfigError);
  EXPECT_THROW(JsonSchema(json::parse(R"({"properties": {"a": 3}})"), "s"), ConfigError);
  EXPECT_THROW(JsonSchema(json::parse(R"({"minimum": "low"})"), "s"), ConfigError);
}

}  // namespace
}  // namespace kedge
