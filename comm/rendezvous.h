// Where the ranks of one process meet for a collective. The last to arrive moves everybody's data
// while it holds the lock: nobody can leave, or be aborted out of its buffers, while they are read.
//
// Thread rule: meet() and leave() of one rank from one thread; abort() from any.
#pragma once
#include "comm/checks.h"
#include "core/mutex.h"

namespace kedge {

class Rendezvous {
 public:
  Rendezvous(int size, std::chrono::milliseconds deadline);

  // Returns when all ranks have called with a matching call and the data is in place.
  // InvariantError: another rank called something else; both calls are named.
  // TemporaryError: the deadline passed, or a missing rank has left; the missing ranks are named.
  void meet(int rank, const CollectiveCall& call) KEDGE_EXCLUDES(mutex_);
  // The rank will never come again: who waits for it fails at once.
  void leave(int rank) KEDGE_EXCLUDES(mutex_);
  // Makes pending and later meetings fail. The first reason stays.
  void abort(const std::string& reason) KEDGE_EXCLUDES(mutex_);

 private:
  void throw_if_aborted() const KEDGE_REQUIRES(mutex_);
  void check_matches(int rank, const CollectiveCall& call) KEDGE_REQUIRES(mutex_);
  void hold_meeting() KEDGE_REQUIRES(mutex_);
  void wait_for_others(int rank, const CollectiveCall& call) KEDGE_REQUIRES(mutex_);
  bool waits_in_vain() const KEDGE_REQUIRES(mutex_);
  std::string waited_for(int rank, const CollectiveCall& call) const KEDGE_REQUIRES(mutex_);
  void abort_locked(const std::string& reason) KEDGE_REQUIRES(mutex_);

  const int size_;
  const std::chrono::milliseconds deadline_;
  Mutex mutex_;
  Condition changed_;
  // The calls of the meeting now gathering, per rank.
  std::vector<std::optional<CollectiveCall>> calls_ KEDGE_GUARDED_BY(mutex_);
  std::vector<bool> left_ KEDGE_GUARDED_BY(mutex_);
  int num_arrived_ KEDGE_GUARDED_BY(mutex_) = 0;
  uint64_t sequence_ KEDGE_GUARDED_BY(mutex_) = 0;  // number of meetings held so far
  std::optional<std::string> aborted_ KEDGE_GUARDED_BY(mutex_);
};

}  // namespace kedge
