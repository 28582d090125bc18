// How long a reward takes.
#pragma once
#include <string>
#include <vector>

#include "core/metrics.h"
#include "core/mutex.h"

namespace kedge {

// Thread rule: any thread.
class RewardTimes {
 public:
  // One call took so long for so many trajectories.
  void add(double seconds, size_t num_items);
  // timing_s/rewards/<name>/p50 and p99, seconds per trajectory, since the last report; nothing
  // without calls.
  void report(const std::string& name, MetricSet& metrics);

 private:
  Mutex mutex_;
  std::vector<double> seconds_ KEDGE_GUARDED_BY(mutex_);
};

}  // namespace kedge
