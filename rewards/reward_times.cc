#include "rewards/reward_times.h"

#include <algorithm>

namespace kedge {

void RewardTimes::add(double seconds, size_t num_items) {
  const MutexLock lock(mutex_);
  seconds_.insert(seconds_.end(), num_items, seconds / static_cast<double>(num_items));
}

void RewardTimes::report(const std::string& name, MetricSet& metrics) {
  std::vector<double> seconds;
  {
    const MutexLock lock(mutex_);
    seconds.swap(seconds_);
  }
  if (seconds.empty()) {
    return;
  }
  std::sort(seconds.begin(), seconds.end());
  const auto quantile = [&](size_t percent) {
    return seconds[(seconds.size() - 1) * percent / 100];
  };
  metrics.add("timing_s/rewards/" + name + "/p50", quantile(50), Reduce::last);
  metrics.add("timing_s/rewards/" + name + "/p99", quantile(99), Reduce::last);
}

}  // namespace kedge
