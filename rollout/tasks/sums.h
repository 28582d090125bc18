// sums: `7+5-3+8=`. One-digit operands, the running total never negative, the answer is the total
// after the thinking part (design section 10).
//
// Demonstrations think half of the time: one line per step, `7+5=12`; a step slips with probability
// 0.10 by 1 to 3 and the slip is carried on; the total stands alone on the last line. The other
// half answers at once and is wrong half of the time. Both settings below change demonstrations
// only: tags wraps them as <think>...</think> and <answer>...</answer>; verbosity repeats or
// re-checks a line.
#pragma once
#include <array>
#include <cstdint>

#include "core/schema_bounds.h"
#include "rollout/tasks/task.h"

namespace kedge {

struct SumsConfig {
  std::array<int32_t, 2> operands = {3, 6};
  bool tags = false;
  double verbosity = 0.0;
  void check(const std::string& path) const;
};

template <class V>
void visit(V& v, SumsConfig& c) {
  v.field("operands", c.operands, "fewest and most operands of a prompt", between(2, 64));
  v.field("tags", c.tags, "demonstrations stand in think and answer tags");
  v.field("verbosity", c.verbosity, "probability that a demonstration repeats or re-checks a line",
          between(0, 1));
}

TaskEntry sums_task();

}  // namespace kedge
