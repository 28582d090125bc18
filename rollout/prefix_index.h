// Finds KV that can be read instead of computed: of living sequences and of finished rows that were
// kept, inside one group and one weight set.
#pragma once
#include <map>
#include <vector>

#include "rollout/sequence.h"

namespace kedge {

// Thread rule: one thread. Borrows the pool and every living sequence added until it is removed.
class PrefixIndex {
 public:
  explicit PrefixIndex(BlockPool& pool) : pool_(pool) {}
  ~PrefixIndex();

  void add(Sequence& sequence);
  void remove(Sequence& sequence);
  // Keeps a finished row's KV until release, adopt or eviction.
  void keep(const GroupKey& group, std::vector<Token> tokens, KvChain kv);
  void release(const GroupKey& group);
  void drop_kept(WeightSet set);
  // Gives back the KV kept longest; false when nothing is kept.
  bool evict_oldest();

  // Replaces an empty chain of `sequence` by a shared one over the longest known prefix; at least
  // one token is left to compute, because its logits are wanted. Returns the tokens saved.
  int32_t attach(Sequence& sequence);
  // Whether an older sequence is now computing KV that this one could share instead: more than one
  // block beyond what attach() would give.
  bool worth_waiting(const Sequence& sequence) const;

 private:
  struct Kept {
    uint64_t number = 0;
    std::vector<Token> tokens;
    KvChain kv;
  };
  struct Group {
    std::vector<Sequence*> living;
    std::vector<Kept> kept;
  };
  struct Match {
    const KvChain* kv = nullptr;
    int32_t length = 0;
  };
  Match best(const Sequence& sequence) const;
  void forget_if_empty(const GroupKey& group);

  BlockPool& pool_;
  std::map<GroupKey, Group> groups_;
  uint64_t kept_so_far_ = 0;
};

}  // namespace kedge
