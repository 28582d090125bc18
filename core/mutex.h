// std::mutex and its lock with annotations, and a condition that waits until a deadline. Every wait in
// kedge has one.
#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "core/thread_annotations.h"

namespace kedge {

using Deadline = std::chrono::steady_clock::time_point;

// The moment `seconds` from now; very long ones (a year and more) count as never.
inline Deadline deadline_in(double seconds) {
  constexpr double kNever = 365.0 * 24 * 3600;
  const std::chrono::duration<double> wait(seconds < kNever ? seconds : kNever);
  return std::chrono::steady_clock::now() +
         std::chrono::duration_cast<std::chrono::steady_clock::duration>(wait);
}

class KEDGE_CAPABILITY("mutex") Mutex {
 public:
  void lock() KEDGE_ACQUIRE() { mutex_.lock(); }
  void unlock() KEDGE_RELEASE() { mutex_.unlock(); }

 private:
  friend class Condition;
  std::mutex mutex_;
};

class KEDGE_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) KEDGE_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() KEDGE_RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

class Condition {
 public:
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

  // Gives the mutex up while waiting. False when the deadline passed. May wake without cause: call it
  // in a loop over the predicate.
  bool wait_until(Mutex& mutex, Deadline deadline) KEDGE_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const std::cv_status status = condition_.wait_until(lock, deadline);
    lock.release();  // the caller's lock goes on holding it
    return status == std::cv_status::no_timeout;
  }

 private:
  std::condition_variable condition_;
};

}  // namespace kedge
