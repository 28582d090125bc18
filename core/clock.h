// Time behind an interface, so that rates, time left and deadlines can be tested. Nothing a run's
// numbers depend on may ask for the time. Any thread may call.
#pragma once

namespace kedge {

class Clock {
 public:
  virtual ~Clock() = default;
  // Seconds since some fixed moment; never goes back.
  virtual double now() const = 0;
  // Seconds since 1970, for people and file names.
  virtual double wall() const = 0;
};

const Clock& real_clock();

}  // namespace kedge
