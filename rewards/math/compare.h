// Whether an answer equals the gold answer (methods: rewards, sections 3.3 and 3.4).
//
//   two exact numbers   equal, nothing else
//   closed forms        |x - y| <= 1e-40 max(|x|, |y|, 1), from 80 digits
//   decimals            where one side is written with a point also |x - y| <= 5e-7 and <= 1e-5
//   |gold|;
//                       with `relative_tolerance` r instead |x - y| <= r |gold|, for every number
//   percent (lenient)   where exactly one side has a percent sign: p = g or p / 100 = g
//   with variables      equal at eight fixed points, at least three of them defined
//   lists               unordered, each element once; tuples, intervals and ratios ordered
//   equations           l1 - r1 = c (l2 - r2); x = v against v
//   inequalities        in one variable as intervals
//
// Bounded: a pair costs at most about 20 ms, then it is not equal.
#pragma once
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/schema.h"

namespace kedge {

enum class PercentMode { lenient, strict };
enum class UnitMode { ignore, match };

inline std::span<const std::string_view> enum_names(PercentMode) {
  static constexpr std::array<std::string_view, 2> names = {"lenient", "strict"};
  return names;
}
inline std::span<const std::string_view> enum_names(UnitMode) {
  static constexpr std::array<std::string_view, 2> names = {"ignore", "match"};
  return names;
}

struct CompareConfig {
  std::optional<double> relative_tolerance;
  PercentMode percent = PercentMode::lenient;
  UnitMode units = UnitMode::ignore;
};

template <class V>
void visit_comparison(V& v, CompareConfig& c) {
  v.field("relative_tolerance", c.relative_tolerance,
          "numbers are equal within this share of the gold; null: 5e-7 and 1e-5 of it for decimals",
          positive());
  v.field("percent", c.percent, "lenient: 50% equals 0.5 and 50; strict: the sign must agree");
  v.field("units", c.units, "ignore: what stands behind a number is dropped; match: kept");
}

struct MathComparison {
  // unreadable_gold: there is nothing to compare with.
  enum class Outcome { equal, different, unreadable_gold };
  Outcome outcome = Outcome::different;
  const char* why = "";  // identical, text, equal, different, unparseable_answer,
                         // unparseable_gold, too long (over 4,000 bytes)
};

MathComparison compare_math(std::string_view answer, std::string_view gold,
                            const CompareConfig& config = {});

}  // namespace kedge
