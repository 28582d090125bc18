#include "core/clock.h"

#include <chrono>

namespace kedge {

namespace {

template <class Source>
double seconds() {
  return std::chrono::duration<double>(Source::now().time_since_epoch()).count();
}

class RealClock : public Clock {
 public:
  double now() const override { return seconds<std::chrono::steady_clock>(); }
  double wall() const override { return seconds<std::chrono::system_clock>(); }
};

}  // namespace

const Clock& real_clock() {
  static const RealClock clock;
  return clock;
}

}  // namespace kedge
