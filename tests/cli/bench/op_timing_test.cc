#include "cli/bench/op_timing.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/support/small_models.h"

namespace kedge {
namespace {

// A case whose call sleeps: `slow` times longer on operators named "slow".
OpCase sleeping(int& binds) {
  return {"sleep",
          {{"ms", 2}},
          0.0,
          1.0,
          [&binds](Context&, const Operators& ops) -> std::function<void()> {
            ++binds;
            const auto time = std::chrono::milliseconds(ops.name == "slow" ? 8 : 2);
            return [time] { std::this_thread::sleep_for(time); };
          }};
}

TEST(TimeOp, ComparesTwoBackends) {
  test::Machine machine(1);
  Operators fast, slow;
  fast.name = "fast", slow.name = "slow";
  int binds = 0;
  const OpTiming timing =
      time_op(sleeping(binds), machine.context, fast, &slow, {3, 0.004});
  EXPECT_EQ(binds, 2);
  EXPECT_GE(timing.seconds, 0.002);
  EXPECT_GE(timing.other_seconds, 0.008);
  EXPECT_GT(timing.ratio, 1.0);
  EXPECT_GT(timing.fma_gflops, 0.0);
}

TEST(TimeOp, WithoutAnotherBackendThereIsNoRatio) {
  test::Machine machine(1);
  Operators fast;
  int binds = 0;
  const OpTiming timing =
      time_op(sleeping(binds), machine.context, fast, nullptr, {1, 0.001});
  EXPECT_EQ(binds, 1);
  EXPECT_EQ(timing.ratio, 0.0);
  EXPECT_EQ(timing.other_seconds, 0.0);
}

}  // namespace
}  // namespace kedge
