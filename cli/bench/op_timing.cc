#include "cli/bench/op_timing.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "cli/bench/measure.h"
#include "core/clock.h"
#include "model/kernels/machine_limits.h"

namespace kedge {
namespace {

// LibTorch's OpenMP threads spin for a while after a call; what is measured beside them is halved.
constexpr std::chrono::milliseconds kUntilPeersSleep{30};

using Call = std::function<void()>;

double seconds_per_call(const Call& call, int64_t calls) {
  const double begin = real_clock().now();
  for (int64_t i = 0; i < calls; ++i) call();
  return (real_clock().now() - begin) / static_cast<double>(calls);
}

// As many calls as fill the time. The first call warms up.
int64_t calls_for(const Call& call, double seconds) {
  call();
  const double once = seconds_per_call(call, 1);
  return std::clamp<int64_t>(static_cast<int64_t>(seconds / std::max(once, 1e-8)), 1, 1'000'000);
}

}  // namespace

OpTiming time_op(const OpCase& op, Context& context, const Operators& ours, const Operators* other,
                 const TimingOptions& options) {
  const Call mine = op.bind(context, ours);
  const Call theirs = other ? op.bind(context, *other) : Call();
  const int64_t my_calls = calls_for(mine, options.seconds_per_round);
  const int64_t their_calls = theirs ? calls_for(theirs, options.seconds_per_round) : 0;
  std::vector<double> seconds, other_seconds, ratio, fma;
  for (int round = 0; round < options.rounds; ++round) {
    if (theirs) std::this_thread::sleep_for(kUntilPeersSleep);
    seconds.push_back(seconds_per_call(mine, my_calls));
    fma.push_back(measure_fma_gflops(context, options.seconds_per_round / 2));
    if (!theirs) continue;
    other_seconds.push_back(seconds_per_call(theirs, their_calls));
    ratio.push_back(other_seconds.back() / seconds.back());
  }
  OpTiming timing;
  timing.seconds = median(seconds);
  timing.fma_gflops = median(fma);
  if (theirs) {
    timing.other_seconds = median(other_seconds);
    timing.ratio = median(ratio);
  }
  return timing;
}

}  // namespace kedge
