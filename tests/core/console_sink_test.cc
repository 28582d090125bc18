#include "core/console_sink.h"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"

namespace kedge {
namespace {

ConsoleOptions options(bool terminal) {
  ConsoleOptions options;
  options.shown = {{"critic/rewards/mean", "reward"}, {"perf/throughput", "tokens/s", true}};
  options.total_steps = 100;
  options.terminal = terminal;
  return options;
}

TEST(ConsoleSink, PlainLinesOnAPipe) {
  testing_support::ManualClock clock;
  std::string out;
  const auto sink =
      make_console_sink(options(false), clock, [&](std::string_view text) { out += text; });
  clock.advance(20);
  sink->write(10, {{"critic/rewards/mean", 0.53125}, {"perf/throughput", 1234}, {"other", 1}});
  sink->write(100, {{"critic/rewards/mean", 1}});
  sink->write(100, {{"eval/pass@1", 0.75}, {"eval/rewards/mean", 0.5}});
  sink->flush();
  EXPECT_EQ(out,
            "step 10/100  reward 0.5312  1.2 k tokens/s  3 min left\n"
            "step 100/100  reward 1\n"
            "step 100/100  eval/pass@1 0.75  eval/rewards/mean 0.5\n");
}

TEST(ConsoleSink, OneLiveLineOnATerminal) {
  testing_support::ManualClock clock;
  std::string out;
  ConsoleOptions narrow = options(true);
  narrow.width = 20;
  auto sink = make_console_sink(narrow, clock, [&](std::string_view text) { out += text; });
  sink->write(1, {{"critic/rewards/mean", 0.5}});
  sink->write(1, {{"eval/pass@1", 0.25}});
  sink->write(2, {{"critic/rewards/mean", 0.25}});
  sink.reset();
  EXPECT_EQ(out,
            "\r\x1b[Kstep 1/100  reward "
            "\r\x1b[Kstep 1/100  eval/pass@1 0.25\n"
            "\r\x1b[Kstep 2/100  reward \n");
}

TEST(ConsoleSink, TimeLeftCountsThisProcessOnly) {
  testing_support::ManualClock clock;
  std::string out;
  ConsoleOptions resumed = options(false);
  resumed.first_step = 50;
  const auto sink = make_console_sink(resumed, clock, [&](std::string_view text) { out += text; });
  sink->write(50, {{"critic/rewards/mean", 0.5}});
  clock.advance(10);
  sink->write(60, {{"critic/rewards/mean", 0.5}});
  EXPECT_EQ(out, "step 50/100  reward 0.5\nstep 60/100  reward 0.5  40 s left\n");
}

}  // namespace
}  // namespace kedge
