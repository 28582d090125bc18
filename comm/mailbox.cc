#include "comm/mailbox.h"

#include <algorithm>

namespace kedge {

void Mailbox::put(RawMessage message) {
  const MutexLock lock(mutex_);
  throw_if_aborted();
  messages_.push_back(std::move(message));
  changed_.notify_all();
}

std::optional<RawMessage> Mailbox::take(int source, int tag, std::chrono::milliseconds timeout) {
  const Deadline deadline = std::chrono::steady_clock::now() + timeout;
  const MutexLock lock(mutex_);
  bool in_time = true;
  while (true) {
    throw_if_aborted();
    std::optional<RawMessage> message = take_now(source, tag);
    if (message || !in_time) {
      return message;
    }
    in_time = changed_.wait_until(mutex_, deadline);
  }
}

void Mailbox::abort(const std::string& reason) {
  const MutexLock lock(mutex_);
  if (!aborted_) {
    aborted_ = reason;
  }
  changed_.notify_all();
}

void Mailbox::throw_if_aborted() const {
  if (aborted_) {
    throw AbortedError(*aborted_);
  }
}

std::optional<RawMessage> Mailbox::take_now(int source, int tag) {
  const auto found = std::find_if(messages_.begin(), messages_.end(), [&](const RawMessage& message) {
    return (source == Communicator::kAnySource || message.source == source) &&
           (tag == Communicator::kAnyTag || message.tag == tag);
  });
  if (found == messages_.end()) {
    return std::nullopt;
  }
  RawMessage message = std::move(*found);
  messages_.erase(found);
  return message;
}

}  // namespace kedge
