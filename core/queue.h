// Bounded queue between two threads of a process, first in first out. close() ends it from either side:
// what is inside can still be taken, nothing more goes in, and nobody waits any longer.
#pragma once
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/mutex.h"

namespace kedge {

// Any number of threads may push, pop and close.
template <class T>
class Queue {
 public:
  explicit Queue(size_t capacity) : capacity_(capacity) {
    KEDGE_CHECK(capacity > 0, "a queue of capacity 0");
  }
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  // Waits for room. False when the queue is closed or the deadline passes: the value is not inside.
  bool push(T value, Deadline deadline) KEDGE_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    while (!closed_ && items_.size() >= capacity_) {
      if (!room_.wait_until(mutex_, deadline) && !closed_ && items_.size() >= capacity_) {
        return false;
      }
    }
    if (closed_) return false;
    items_.push_back(std::move(value));
    filled_.notify_one();
    return true;
  }

  // Waits for a value. nullopt when the deadline passes, or the queue is closed and empty: closed()
  // tells which.
  std::optional<T> pop(Deadline deadline) KEDGE_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    while (!closed_ && items_.empty()) {
      if (!filled_.wait_until(mutex_, deadline) && !closed_ && items_.empty()) return std::nullopt;
    }
    return take();
  }

  // Without waiting.
  std::optional<T> try_pop() KEDGE_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return take();
  }

  void close() KEDGE_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    closed_ = true;
    room_.notify_all();
    filled_.notify_all();
  }

  bool closed() const KEDGE_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return closed_;
  }
  size_t size() const KEDGE_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return items_.size();
  }

 private:
  std::optional<T> take() KEDGE_REQUIRES(mutex_) {
    if (items_.empty()) return std::nullopt;
    std::optional<T> value(std::move(items_.front()));
    items_.pop_front();
    room_.notify_one();
    return value;
  }

  const size_t capacity_;
  mutable Mutex mutex_;
  Condition room_;
  Condition filled_;
  std::deque<T> items_ KEDGE_GUARDED_BY(mutex_);
  bool closed_ KEDGE_GUARDED_BY(mutex_) = false;
};

}  // namespace kedge
