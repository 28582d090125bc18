// Changes to a row's reward before any baseline (policy sheet 3.9).
#pragma once
#include <cstdint>

#include "core/schema.h"

namespace kedge {

struct OverlongConfig {
  int64_t limit = 0;
  int64_t buffer = 0;
  double penalty = 1.0;
  void check(const std::string& path) const;
};

template <class V>
void visit(V& v, OverlongConfig& c) {
  v.field("limit", c.limit, "response tokens at which the full penalty is reached", at_least(1));
  v.field("buffer", c.buffer, "tokens before the limit over which it grows", at_least(1));
  v.field("penalty", c.penalty, "full penalty, reward units", at_least(0));
}

// DAPO's soft overlong punishment (arXiv 2503.14476): 0, then linear over the last `buffer` tokens,
// -penalty from `limit` on. `length` counts all response tokens, untrained ones included.
double overlong_penalty(const OverlongConfig& config, int64_t length);

}  // namespace kedge
