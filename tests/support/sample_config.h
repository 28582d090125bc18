// A config struct with one member of every kind, for tests of the schema.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/schema.h"

namespace kedge::testing_support {

enum class Color { red, green, blue };
inline std::span<const std::string_view> enum_names(Color) {
  static constexpr std::array<std::string_view, 3> names = {"red", "green", "blue"};
  return names;
}

struct InnerConfig {
  double coef = 0.1;
  int32_t steps = 5;
  void check(const std::string& path) const {
    if (coef > 1.0 && steps == 0) throw ConfigError(path, "coef needs steps", "steps > 0");
  }
};
template <class V>
void visit(V& v, InnerConfig& c) {
  v.field("coef", c.coef, "a coefficient", at_least(0));
  v.field("steps", c.steps, "how many | steps", between(0, 100));
}

struct EntryConfig {
  std::string name;
  double weight = 1.0;
  ConfigNode settings;
};
template <class V>
void visit(V& v, EntryConfig& c) {
  v.field("name", c.name, "which entry", not_empty());
  v.field("weight", c.weight, "its weight");
  v.rest(c.settings);
}

struct SampleConfig {
  bool on = true;
  int64_t big = -1;
  uint64_t seed = 7;
  double rate = 1e-4;
  std::string text = "hi";
  Color color = Color::green;
  std::optional<double> limit;
  std::optional<InnerConfig> extra;
  std::vector<int32_t> list = {1, 2};
  std::vector<Color> colors;
  std::array<double, 2> clip = {0.2, 0.2};
  std::map<std::string, std::string> columns;
  std::vector<EntryConfig> entries;
  InnerConfig inner;
  ConfigNode raw;
};
template <class V>
void visit(V& v, SampleConfig& c) {
  v.field("on", c.on, "a switch");
  v.field("big", c.big, "a long integer");
  v.field("seed", c.seed, "a seed");
  v.field("rate", c.rate, "a rate", positive());
  v.field("text", c.text, "a text");
  v.field("color", c.color, "a colour");
  v.field("limit", c.limit, "a limit; null: none", positive());
  v.field("extra", c.extra, "an optional section");
  v.field("list", c.list, "numbers", at_least(0));
  v.field("colors", c.colors, "colours");
  v.field("clip", c.clip, "low and high", between(0, 1));
  v.field("columns", c.columns, "names");
  v.field("entries", c.entries, "the entries");
  v.section("inner", c.inner, "a section");
  v.field("raw", c.raw, "anything");
}

}  // namespace kedge::testing_support
