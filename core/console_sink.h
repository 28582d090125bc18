// The progress line for people. On a terminal one live line that is drawn over again; on a pipe one
// plain line per step:
//
//   step 12/100  reward 0.531  length 24.1  1.2 k tokens/s  3 min 20 s left
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/metrics.h"

namespace kedge {

struct ConsoleOptions {
  struct Shown {
    std::string metric;  // "critic/rewards/mean"
    std::string label;   // "reward"
    bool rate = false;   // shown as "1.2 k tokens/s": the label is the unit
  };
  std::vector<Shown> shown;      // metrics absent in a step are left out of its line
  std::string milestone = "eval/";  // a step with such metrics gets a line that stays, with them all
  std::string unit = "step";     // what is counted
  int64_t total_steps = 0;       // 0: unknown, then no time left
  int64_t first_step = 0;        // steps done before this process: not counted for the time left
  bool terminal = false;         // draw over the last line
  int width = 100;               // columns of a terminal; longer lines are cut
};

// `print` receives the text (standard error in the binary). Borrows `clock`.
std::unique_ptr<MetricSink> make_console_sink(ConsoleOptions options, const Clock& clock,
                                              std::function<void(std::string_view)> print);

}  // namespace kedge
