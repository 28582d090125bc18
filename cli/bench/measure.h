// Time, medians, limits of the machine, and the form of a measurement.
#pragma once
#include <string>
#include <vector>

#include "core/json.h"
#include "model/context.h"

namespace kedge {

// Middle of the sorted values, mean of the two middle ones for an even count. None: InvariantError.
double median(std::vector<double> values);

// Five significant digits: more than a measurement has.
double rounded(double value);

// One JSON line on standard output, visible at once.
void print_measurement(const ordered_json& line);

// Largest resident memory of this process so far.
double peak_rss_mib();

// A warning for people when the machine has other work (load average of the last minute above 0.5):
// shares of limits survive that, ratios to programs whose threads wait for each other do not. Empty
// otherwise.
std::string busy_note(double load);
// The same for this machine now, on standard error.
void warn_when_busy();

// Measures the machine (model/kernels/machine_limits.h) on threads and memory of its own, so that
// it can be asked between the parts of another measurement. Thread rule: one thread.
class LimitMeter {
 public:
  explicit LimitMeter(int threads) : pool_(threads) {}
  int threads() const { return pool_.size(); }
  double fma_gflops(double seconds = 0.05);
  double bf16_gflops(double seconds = 0.05);  // dot products; 0 where the CPU has none
  double read_gbytes(int64_t bytes, double seconds = 0.1);
  double copy_gbytes(int64_t bytes, double seconds = 0.1);

 private:
  ThreadPool pool_;
  Arena scratch_;
  Context context_{pool_, scratch_};
};

}  // namespace kedge
