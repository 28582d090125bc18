#include "comm/rendezvous.h"

#include <cstring>

namespace kedge {
namespace {

using Calls = std::vector<std::optional<CollectiveCall>>;

// memmove: a rank may gather into the buffer its own slice already stands in.
void copy_bytes(const TensorView& from, int64_t from_byte, const TensorView& to, int64_t to_byte,
                int64_t bytes) {
  if (bytes > 0) {
    std::memmove(static_cast<std::byte*>(to.data) + to_byte,
                 static_cast<const std::byte*>(from.data) + from_byte, static_cast<size_t>(bytes));
  }
}

void move_data(const Calls& calls) {
  const auto size = static_cast<int64_t>(calls.size());
  const CollectiveCall& first = *calls.front();
  const int64_t bytes = first.op == CollectiveCall::Op::barrier ? 0 : first.in.bytes();
  for (int64_t to = 0; to < size; ++to) {
    const TensorView& out = calls[to]->out;
    for (int64_t from = 0; from < size; ++from) {
      const TensorView& in = calls[from]->in;
      switch (first.op) {
        case CollectiveCall::Op::barrier: break;
        case CollectiveCall::Op::broadcast:
          if (from == first.root && to != from) {
            copy_bytes(in, 0, out, 0, bytes);
          }
          break;
        case CollectiveCall::Op::all_gather: copy_bytes(in, 0, out, from * bytes, bytes); break;
        case CollectiveCall::Op::all_to_all: {
          const int64_t slice = bytes / size;
          copy_bytes(in, to * slice, out, from * slice, slice);
          break;
        }
      }
    }
  }
}

}  // namespace

Rendezvous::Rendezvous(int size, std::chrono::milliseconds deadline)
    : size_(size), deadline_(deadline), calls_(size), left_(size, false) {}

void Rendezvous::meet(int rank, const CollectiveCall& call) {
  const MutexLock lock(mutex_);
  throw_if_aborted();
  check_matches(rank, call);
  calls_[rank] = call;
  if (++num_arrived_ == size_) {
    hold_meeting();
  } else {
    wait_for_others(rank, call);
  }
}

void Rendezvous::hold_meeting() {
  move_data(calls_);
  calls_.assign(size_, std::nullopt);
  num_arrived_ = 0;
  ++sequence_;
  changed_.notify_all();
}

void Rendezvous::wait_for_others(int rank, const CollectiveCall& call) {
  const Deadline deadline = std::chrono::steady_clock::now() + deadline_;
  const uint64_t mine = sequence_;
  bool in_time = true;
  while (sequence_ == mine) {
    throw_if_aborted();
    if (!in_time || waits_in_vain()) {
      const std::string reason = waited_for(rank, call);
      abort_locked(reason);
      throw TemporaryError(reason);
    }
    in_time = changed_.wait_until(mutex_, deadline);
  }
}

void Rendezvous::leave(int rank) {
  const MutexLock lock(mutex_);
  left_[rank] = true;
  changed_.notify_all();
}

void Rendezvous::abort(const std::string& reason) {
  const MutexLock lock(mutex_);
  abort_locked(reason);
}

void Rendezvous::throw_if_aborted() const {
  if (aborted_) {
    throw AbortedError(*aborted_);
  }
}

void Rendezvous::check_matches(int rank, const CollectiveCall& call) {
  for (int other = 0; other < size_; ++other) {
    if (calls_[other] && !calls_[other]->matches(call)) {
      const std::string reason =
          detail::concat("[comm] collective #", sequence_, ": rank ", rank, " called ",
                         call.describe(), ", rank ", other, " called ", calls_[other]->describe());
      abort_locked(reason);
      throw InvariantError(reason);
    }
  }
}

bool Rendezvous::waits_in_vain() const {
  for (int rank = 0; rank < size_; ++rank) {
    if (!calls_[rank] && left_[rank]) {
      return true;
    }
  }
  return false;
}

std::string Rendezvous::waited_for(int rank, const CollectiveCall& call) const {
  std::string missing;
  for (int other = 0; other < size_; ++other) {
    if (!calls_[other]) {
      missing += (missing.empty() ? "rank " : ", rank ") + std::to_string(other) +
                 (left_[other] ? " (it has left)" : "");
    }
  }
  return detail::concat("[comm] collective #", sequence_, ": rank ", rank, " in ", call.describe(),
                        " waited for ", missing, "; deadline ", deadline_.count(), " ms");
}

void Rendezvous::abort_locked(const std::string& reason) {
  if (!aborted_) {
    aborted_ = reason;
  }
  changed_.notify_all();
}

}  // namespace kedge
