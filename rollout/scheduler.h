// Which sequences run, and how many tokens of each are computed in the next pass. Speed only:
// results depend on nothing that is decided here.
//
// Rules. At most `slots` sequences run; the oldest waits least. A running sequence computes its one
// pending token (decode) or the next part of many (prefill), all prefills of a pass together at
// most `prefill_tokens`. When blocks run out, first kept KV goes, oldest first, then the KV of
// sequences that wait, then the youngest running sequence gives up its slot and all its KV.
#pragma once
#include <vector>

#include "rollout/prefix_index.h"
#include "rollout/sequence.h"

namespace kedge {

struct SchedulerLimits {
  int32_t slots = 64;
  int32_t prefill_tokens = 512;
};

struct SchedulerCounts {
  int64_t preemptions = 0;
  int64_t shared_tokens = 0;  // KV read from somebody else's blocks instead of computed
};

// One pass. Copies come before the chunks.
struct Pass {
  std::vector<Chunk> chunks;  // oldest sequence first
  std::vector<BlockCopy> copies;
};

// Borrows pool, index and the sequences between add and remove. Thread rule: one thread.
class Scheduler {
 public:
  Scheduler(BlockPool& pool, PrefixIndex& index, const SchedulerLimits& limits);

  // A sequence with pending tokens wants to run (added to the index too). Its kv.weights are set.
  void add(Sequence& sequence);
  // A new sequence that is parked: its KV is there, its next token is not.
  void add_parked(Sequence& sequence);
  // It waits for somebody outside: its slot goes to others. Its KV stays while there is room for
  // it.
  void park(Sequence& sequence);
  // A parked sequence goes on, with pending tokens.
  void resume(Sequence& sequence);
  // It is finished. Its KV is left to the caller.
  void remove(Sequence& sequence);
  // All KV of a set is invalid from now on; its sequences go on under `weights`.
  void invalidate(WeightId weights);

  // The next pass; reserves its blocks. Empty only when nothing but parked sequences is left. The
  // plan is valid until the next call.
  const Pass& plan();
  // Lengths of what was computed; call after the pass.
  void commit();

  // Nothing can be planned.
  bool empty() const { return running_.empty() && queue_.empty(); }
  int32_t num_running() const { return static_cast<int32_t>(running_.size()); }
  SchedulerCounts take_counts();

 private:
  void take_out(Sequence& sequence);
  void plan_running();
  void admit();
  bool plan_chunk(Sequence& sequence);
  void start(Sequence& sequence);
  bool give_back_waiting();
  bool reclaim(const Sequence& wanting);
  bool has_room_for(const Sequence& sequence) const;

  BlockPool& pool_;
  PrefixIndex& index_;
  SchedulerLimits limits_;
  std::vector<Sequence*> queue_;    // by age, oldest first
  std::vector<Sequence*> running_;  // by age, oldest first
  std::vector<Sequence*> parked_;   // by age, oldest first
  Pass plan_;
  int32_t prefill_left_ = 0;
  bool preempted_ = false;
  SchedulerCounts counts_;
};

}  // namespace kedge
