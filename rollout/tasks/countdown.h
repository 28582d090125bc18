// countdown: `3 7 25 4 -> 31:`. Use every number once to make the target; the answer is an
// expression on the last line, graded by its value. Columns: numbers, target.
//
// Targets are made by a chain from left to right over the numbers in some order, no partial result
// negative, so every prompt has a solution. Demonstrations either search, one tried chain per line
// with its partial results (`25+7=32-4=28+3=31`), until a line ends in the target and a `!`, or
// answer at once. A next try mostly changes the last one so that it comes nearer. Tries, partial
// results and answers are wrong now and then: see the constants in the .cc.
#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "core/schema_bounds.h"
#include "rollout/tasks/task.h"

namespace kedge {

struct CountdownConfig {
  std::array<int32_t, 2> numbers = {3, 4};
  int32_t largest = 9;
  int32_t largest_target = 99;
  std::string operations = "+-";
  void check(const std::string& path) const;
};

template <class V>
void visit(V& v, CountdownConfig& c) {
  v.field("numbers", c.numbers, "fewest and most numbers of a prompt", between(2, 6));
  v.field("largest", c.largest, "numbers are 1 to this", between(2, 999));
  v.field("largest_target", c.largest_target, "targets are 1 to this", between(2, 99999));
  v.field("operations", c.operations, "operations that solutions use, out of +-*", not_empty());
}

TaskEntry countdown_task();

}  // namespace kedge
