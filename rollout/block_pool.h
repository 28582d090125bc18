// Who owns which KV block. Knows counts and weights, never the memory (model/kv_cache.h): copies
// that copy-on-write makes necessary are handed to the caller as a list.
#pragma once
#include <cstdint>
#include <vector>

#include "core/records.h"
#include "model/layout.h"

namespace kedge {

// The KV of a context: position p lives in blocks[p / 16], slot p % 16, for p < length. All of it
// was computed with `weights`. A chain owns one reference to each of its blocks: move it, share()
// it or drop() it, never copy it.
struct KvChain {
  KvChain() = default;
  KvChain(KvChain&&) = default;
  KvChain& operator=(KvChain&&) = default;

  std::vector<int32_t> blocks;
  int32_t length = 0;
  WeightId weights;
};

struct BlockCopy {
  int32_t from = 0;
  int32_t to = 0;
};

inline int32_t blocks_for(int32_t tokens) {
  return (tokens + kKvBlock - 1) / kKvBlock;
}

// Thread rule: one thread. Every misuse (a free block dropped, a chain longer than its blocks) is
// an InvariantError.
class BlockPool {
 public:
  explicit BlockPool(int32_t num_blocks);

  int32_t num_blocks() const { return static_cast<int32_t>(references_.size()); }
  int32_t num_free() const { return static_cast<int32_t>(free_.size()); }
  int32_t references(int32_t block) const { return references_[block]; }
  WeightId weights(int32_t block) const { return weights_[block]; }

  // Blocks that reserve(chain, new_length) would take from the free list.
  int32_t missing(const KvChain& chain, int32_t new_length) const;
  // Makes positions [chain.length, new_length) writable: adds blocks, and replaces a partly filled
  // last block that others read too by a private one (appended to `copies`). Without enough free
  // blocks it changes nothing and returns false. chain.length stays.
  bool reserve(KvChain& chain, int32_t new_length, std::vector<BlockCopy>& copies);
  // A chain over the first `length` positions of `chain` that shares its blocks.
  KvChain share(const KvChain& chain, int32_t length);
  // Gives all references back; the chain is empty afterwards.
  void drop(KvChain& chain);

 private:
  int32_t take(WeightId weights);
  void release(int32_t block);

  std::vector<int32_t> references_;
  std::vector<WeightId> weights_;
  std::vector<int32_t> free_;
};

}  // namespace kedge
