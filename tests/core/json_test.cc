#include "core/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>

#include "core/rng.h"

namespace kedge {
namespace {

using testing::HasSubstr;

template <class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(Json, FloatsReadBackToTheSameBits) {
  for (uint64_t i = 0; i < 20000; ++i) {
    const auto words = random_words(5, {.position = i});
    const float f = std::bit_cast<float>(words[0]);
    const double d = std::bit_cast<double>((uint64_t{words[1]} << 32) | words[2]);
    if (std::isfinite(f)) {
      ASSERT_EQ(std::bit_cast<uint32_t>(std::strtof(format_float(f).c_str(), nullptr)), words[0]);
    }
    if (std::isfinite(d)) {
      ASSERT_EQ(std::strtod(format_float(d).c_str(), nullptr), d);
      ASSERT_EQ(json::parse(format_float(d)).get<double>(), d);
    }
  }
}

TEST(Json, FloatsLookLikeFloats) {
  EXPECT_EQ(format_float(0.1f), "0.1");
  EXPECT_EQ(format_float(1.0), "1.0");
  EXPECT_EQ(format_float(-0.0), "-0.0");
  EXPECT_EQ(format_float(1e-4), "1e-4");
  EXPECT_EQ(format_float(1.5e-20f), "1.5e-20");
  EXPECT_EQ(format_float(1e300), "1e+300");
  EXPECT_EQ(format_float(NAN), "nan");
  EXPECT_EQ(format_float(-INFINITY), "-inf");
  EXPECT_EQ(format_floats({0.5f, -2.0f, NAN}), "[0.5,-2.0,null]");
  EXPECT_EQ(format_floats({}), "[]");
}

TEST(Json, SyntaxErrorsNameFileAndLine) {
  EXPECT_THAT(error_of([] { parse_json("{\n\"a\": 1,\n}", "c.json"); }),
              HasSubstr("c.json:3: broken JSON"));
  EXPECT_THAT(error_of([] { parse_json("", "c.json"); }), HasSubstr("c.json:1"));
  std::vector<std::string> places;
  const auto collect = [&](const json&, const std::string& place) { places.push_back(place); };
  EXPECT_THAT(error_of([&] { for_each_json_line("{}\n\n[1]\n{bad\n", "d.jsonl", collect); }),
              HasSubstr("d.jsonl:4: broken JSON"));
  EXPECT_THROW(parse_json("[1e999]", "e.json"), ConfigError);
  EXPECT_EQ(places, (std::vector<std::string>{"d.jsonl:1", "d.jsonl:3"}));
  places.clear();
  for_each_json_line("1\r\n2", "e", collect);
  EXPECT_EQ(places.size(), 2u);
}

TEST(Json, MembersAreTyped) {
  const json value = {{"n", 3}, {"x", 0.5}, {"s", "t"}, {"l", {1, 2}}, {"b", true}, {"z", nullptr}};
  EXPECT_EQ(required<int32_t>(value, "n", "p"), 3);
  EXPECT_EQ(required<double>(value, "n", "p"), 3.0);
  EXPECT_EQ(required<std::string>(value, "s", "p"), "t");
  EXPECT_EQ(required<std::vector<int64_t>>(value, "l", "p"), (std::vector<int64_t>{1, 2}));
  EXPECT_TRUE(required<bool>(value, "b", "p"));
  EXPECT_EQ(optional_member<int>(value, "z", "p"), std::nullopt);
  EXPECT_EQ(optional_member<int>(value, "q", "p"), std::nullopt);
  EXPECT_EQ(member_or<std::string>(value, "q", "d", "p"), "d");
}

TEST(Json, WrongMembersAreNamed) {
  const json value = {{"number", 3}, {"x", 0.5}, {"l", {1, "a"}}, {"big", 3000000000}, {"neg", -1}};
  const auto get = [&](auto type, const char* name) {
    return error_of([&] { required<decltype(type)>(value, name, "f:2"); });
  };
  EXPECT_THAT(get(0, "numbr"), HasSubstr("f:2: 'numbr' is missing; there is 'number'"));
  EXPECT_THAT(get(0, "x"), HasSubstr("f:2: x: found 0.5; expected an integer"));
  EXPECT_THAT(get(std::string(), "number"), HasSubstr("expected a string"));
  EXPECT_THAT(get(std::vector<int>(), "l"), HasSubstr("l[1]: found \"a\""));
  EXPECT_THAT(get(int32_t{}, "big"), HasSubstr("does not fit"));
  EXPECT_EQ(get(int64_t{}, "big"), "");
  EXPECT_THAT(get(uint32_t{}, "neg"), HasSubstr("does not fit"));
  EXPECT_THAT(get(true, "number"), HasSubstr("true or false"));
  EXPECT_THAT(error_of([] { required<int>(json::array(), "a", "p"); }), HasSubstr("an object"));
}

}  // namespace
}  // namespace kedge
