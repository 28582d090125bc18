#include "comm/mailbox.h"

#include <algorithm>

namespace kedge {

void Mailbox::put(Message message) {
  {
    const std::lock_guard lock(mutex_);
    throw_if_aborted();
    messages_.push_back(std::move(message));
  }
  changed_.notify_all();
}

std::optional<Message> Mailbox::take(int source, int tag, std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, timeout,
                    [&] { return aborted_ || find(source, tag) != messages_.end(); });
  throw_if_aborted();
  const auto found = find(source, tag);
  if (found == messages_.end()) {
    return std::nullopt;
  }
  Message message = std::move(*found);
  messages_.erase(found);
  return message;
}

void Mailbox::abort(const std::string& reason) {
  {
    const std::lock_guard lock(mutex_);
    if (!aborted_) {
      aborted_ = reason;
    }
  }
  changed_.notify_all();
}

void Mailbox::throw_if_aborted() const {
  if (aborted_) {
    throw AbortedError(*aborted_);
  }
}

std::deque<Message>::iterator Mailbox::find(int source, int tag) {
  return std::find_if(messages_.begin(), messages_.end(), [&](const Message& message) {
    return (source == Communicator::kAnySource || message.source == source) &&
           (tag == Communicator::kAnyTag || message.tag == tag);
  });
}

}  // namespace kedge
