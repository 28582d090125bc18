// Where the ranks of one process meet for a collective. The last to arrive moves everybody's data
// while it holds the lock: nobody can leave, or be aborted out of its buffers, while they are read.
//
// Thread rule: meet() and leave() of one rank from one thread; abort() from any.
#pragma once
#include <condition_variable>
#include <mutex>

#include "comm/checks.h"

namespace kedge {

class Rendezvous {
 public:
  Rendezvous(int size, std::chrono::milliseconds deadline);

  // Returns when all ranks have called with a matching call and the data is in place.
  // InvariantError: another rank called something else; both calls are named.
  // TemporaryError: the deadline passed, or a missing rank has left; the missing ranks are named.
  void meet(int rank, const CollectiveCall& call);
  // The rank will never come again: who waits for it fails at once.
  void leave(int rank);
  // Makes pending and later meetings fail. The first reason stays.
  void abort(const std::string& reason);

 private:
  void throw_if_aborted() const;
  void check_matches(int rank, const CollectiveCall& call);
  bool waits_in_vain() const;
  std::string waited_for(int rank, const CollectiveCall& call) const;
  void abort_locked(const std::string& reason);

  const int size_;
  const std::chrono::milliseconds deadline_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::vector<std::optional<CollectiveCall>> calls_;  // of the meeting now gathering, per rank
  std::vector<bool> left_;
  int num_arrived_ = 0;
  uint64_t sequence_ = 0;  // number of meetings held so far
  std::optional<std::string> aborted_;
};

}  // namespace kedge
