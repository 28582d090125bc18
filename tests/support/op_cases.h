// What every list of benchmark cases must be: named, counted, and runnable on any backend.
#pragma once
#include <gtest/gtest.h>

#include "cli/bench/op_case.h"
#include "tests/support/small_models.h"

namespace kedge::test {

inline ModelConfig bench_config_of_test() {
  ModelConfig config = small_config("qwen2");
  config.vocab = 64;
  return config;
}

// Binds and calls every case twice on the reference and the exact operators.
inline void expect_runnable(const std::vector<OpCase>& cases) {
  Machine machine(1);
  const Operators reference = reference_operators(), exact = exact_operators();
  for (const OpCase& op : cases) {
    SCOPED_TRACE(op.op + " " + op.shape.dump());
    EXPECT_FALSE(op.shape.empty());
    EXPECT_GE(op.flop, 0.0);
    EXPECT_GT(op.bytes, 0.0);
    for (const Operators* ops : {&reference, &exact}) {
      const auto call = op.bind(machine.context, *ops);
      call();
      call();
    }
  }
}

}  // namespace kedge::test
