#include "cli/bench/step_meter.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/manual_clock.h"

namespace kedge {
namespace {

MetricSet metrics_of(double step, double gen, double reward, double update) {
  MetricSet metrics;
  metrics.add("timing_s/step", step, Reduce::sum);
  metrics.add("timing_s/gen", gen, Reduce::sum);
  metrics.add("timing_s/reward", reward, Reduce::sum);
  metrics.add("timing_s/update_actor", update, Reduce::sum);
  return metrics;
}

TEST(StepMeter, TheFirstStepIsLeftOutOfTheMedians) {
  testing_support::ManualClock clock;
  StepMeter meter(1, clock);
  const auto finish_step = [&](double seconds, const MetricSet& metrics) {
    clock.advance(seconds);
    Progress progress;
    progress.metrics = &metrics;
    meter.show(progress);
  };
  finish_step(50.0, metrics_of(40.0, 20.0, 1.0, 19.0));
  EXPECT_DOUBLE_EQ(meter.times().step, 40.0);
  EXPECT_DOUBLE_EQ(meter.times().generate, 21.0);
  finish_step(4.0, metrics_of(3.5, 1.5, 0.5, 1.25));
  finish_step(6.0, metrics_of(5.5, 2.5, 0.5, 2.25));
  finish_step(5.0, metrics_of(4.5, 2.0, 0.5, 1.75));
  EXPECT_DOUBLE_EQ(meter.times().step, 5.0);
  EXPECT_DOUBLE_EQ(meter.times().generate, 2.5);
  EXPECT_DOUBLE_EQ(meter.times().reward, 0.5);
  EXPECT_DOUBLE_EQ(meter.times().update, 1.75);
  EXPECT_GT(meter.fma_gflops(), 0.0);
  EXPECT_GT(meter.peak_rss_mib(), 1.0);
}

TEST(StepMeter, AStepWithoutTimingsIsABrokenPromise) {
  testing_support::ManualClock clock;
  StepMeter meter(1, clock);
  const MetricSet metrics;
  Progress progress;
  progress.metrics = &metrics;
  EXPECT_THROW(meter.show(progress), InvariantError);
}

TEST(CountedFlop, IsThatOfTheDesign) {
  // 64 rows of 64 tokens, 8 prompts of 32, 102 M parameters: 11.7 times faster than 79.8 s at 512
  // GF/s.
  const double flop = counted_flop(102'270'720, {4096, 4096 + 256});
  EXPECT_DOUBLE_EQ(flop, 102270720.0 * (2 * 4096 + 6 * 4352));
  EXPECT_NEAR(79.8 / (flop / 512e9), 11.7, 0.1);  // of rounded figures
}

}  // namespace
}  // namespace kedge
