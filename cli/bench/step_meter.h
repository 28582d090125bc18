// Times the steps of a training run from its progress messages, and the machine between them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "cli/bench/measure.h"
#include "core/clock.h"
#include "trainer/run.h"

namespace kedge {

struct StepTimes {
  double step = 0.0;      // seconds, publishing and metrics files included
  double generate = 0.0;  // of it sampling and rewards
  double reward = 0.0;    // of it rewards
  double update = 0.0;    // of it the learner
};

class StepMeter {
 public:
  StepMeter(int threads, const Clock& clock) : limits_(threads), clock_(clock) {}

  // To be called for every finished step. A step's time is that since the message before; the first
  // one's is what the pipeline says it took.
  void show(const Progress& progress);
  // Medians after the first step, or the first where it is the only one.
  StepTimes times() const;
  double fma_gflops() const { return median(fma_); }
  double peak_rss_mib() const { return rss_; }
  int threads() const { return limits_.threads(); }

 private:
  LimitMeter limits_;
  const Clock& clock_;
  std::vector<StepTimes> steps_;
  std::vector<double> fma_;
  double last_ = 0.0;
  double rss_ = 0.0;
};

// Operations that a step cannot do without: 2 per parameter and decoded token, 6 per parameter and
// trained token, a group's prompt once. Attention scores and the prefill of prompts are not
// counted.
struct StepTokens {
  int64_t decoded = 0;
  int64_t trained = 0;  // prompts once per group
};
double counted_flop(int64_t parameters, const StepTokens& tokens);

}  // namespace kedge
