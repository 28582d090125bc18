// A clock that stands still until it is told otherwise.
#pragma once
#include "core/clock.h"

namespace kedge::testing_support {

class ManualClock : public Clock {
 public:
  explicit ManualClock(double start = 1000.0) : now_(start) {}
  double now() const override { return now_; }
  double wall() const override { return 1.7e9 + now_; }
  void advance(double seconds) { now_ += seconds; }

 private:
  double now_;
};

}  // namespace kedge::testing_support
