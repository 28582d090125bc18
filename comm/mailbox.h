// Messages waiting for one rank, in order of arrival.
//
// Thread rule: every call from any thread.
#pragma once
#include <deque>

#include "comm/checks.h"
#include "core/mutex.h"

namespace kedge {

class Mailbox {
 public:
  // AbortedError when aborted; never waits.
  void put(RawMessage message) KEDGE_EXCLUDES(mutex_);
  // The oldest message that fits source and tag (kAnySource, kAnyTag fit all), or nullopt when none
  // came within `timeout`. AbortedError when aborted before or meanwhile.
  std::optional<RawMessage> take(int source, int tag, std::chrono::milliseconds timeout)
      KEDGE_EXCLUDES(mutex_);
  // Makes pending and later calls fail. The first reason stays.
  void abort(const std::string& reason) KEDGE_EXCLUDES(mutex_);

 private:
  void throw_if_aborted() const KEDGE_REQUIRES(mutex_);
  std::optional<RawMessage> take_now(int source, int tag) KEDGE_REQUIRES(mutex_);

  Mutex mutex_;
  Condition changed_;
  std::deque<RawMessage> messages_ KEDGE_GUARDED_BY(mutex_);
  std::optional<std::string> aborted_ KEDGE_GUARDED_BY(mutex_);
};

}  // namespace kedge
