// Messages waiting for one rank, in order of arrival.
//
// Thread rule: every call from any thread.
#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>

#include "comm/checks.h"

namespace kedge {

class Mailbox {
 public:
  // AbortedError when aborted; never waits.
  void put(Message message);
  // The oldest message that fits source and tag (kAnySource, kAnyTag fit all), or nullopt when none
  // came within `timeout`. AbortedError when aborted before or meanwhile.
  std::optional<Message> take(int source, int tag, std::chrono::milliseconds timeout);
  // Makes pending and later calls fail. The first reason stays.
  void abort(const std::string& reason);

 private:
  void throw_if_aborted() const;
  std::deque<Message>::iterator find(int source, int tag);

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Message> messages_;
  std::optional<std::string> aborted_;
};

}  // namespace kedge
