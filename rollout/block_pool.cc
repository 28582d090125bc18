#include "rollout/block_pool.h"

#include <algorithm>

#include "core/error.h"

namespace kedge {

BlockPool::BlockPool(int32_t num_blocks) : references_(num_blocks, 0), weights_(num_blocks) {
  KEDGE_CHECK(num_blocks > 0, num_blocks, " KV blocks");
  for (int32_t block = num_blocks - 1; block >= 0; --block) free_.push_back(block);
}

int32_t BlockPool::missing(const KvChain& chain, int32_t new_length) const {
  const int32_t grown = blocks_for(new_length) - static_cast<int32_t>(chain.blocks.size());
  const bool writes_inside = new_length > chain.length && chain.length % kKvBlock != 0;
  const bool copied = writes_inside && references_[chain.blocks[chain.length / kKvBlock]] > 1;
  return std::max(grown, 0) + (copied ? 1 : 0);
}

bool BlockPool::reserve(KvChain& chain, int32_t new_length, std::vector<BlockCopy>& copies) {
  KEDGE_CHECK(static_cast<int32_t>(chain.blocks.size()) >= blocks_for(chain.length), "a chain of ",
              chain.length, " tokens has ", chain.blocks.size(), " blocks");
  if (missing(chain, new_length) > num_free()) return false;
  if (new_length > chain.length && chain.length % kKvBlock != 0) {
    int32_t& last = chain.blocks[chain.length / kKvBlock];
    if (references_[last] > 1) {
      const int32_t copy = take(chain.weights);
      copies.push_back({last, copy});
      release(last);
      last = copy;
    }
  }
  while (static_cast<int32_t>(chain.blocks.size()) < blocks_for(new_length)) {
    chain.blocks.push_back(take(chain.weights));
  }
  return true;
}

KvChain BlockPool::share(const KvChain& chain, int32_t length) {
  KEDGE_CHECK(length <= chain.length, "sharing ", length, " of ", chain.length, " tokens");
  KvChain shared;
  shared.length = length;
  shared.weights = chain.weights;
  shared.blocks.assign(chain.blocks.begin(), chain.blocks.begin() + blocks_for(length));
  for (const int32_t block : shared.blocks) {
    KEDGE_CHECK(weights_[block] == chain.weights, "block ", block, " holds version ",
                weights_[block].version, ", its chain says ", chain.weights.version);
    ++references_[block];
  }
  return shared;
}

void BlockPool::drop(KvChain& chain) {
  for (const int32_t block : chain.blocks) release(block);
  chain.blocks.clear();
  chain.length = 0;
}

int32_t BlockPool::take(WeightId weights) {
  const int32_t block = free_.back();
  free_.pop_back();
  references_[block] = 1;
  weights_[block] = weights;
  return block;
}

void BlockPool::release(int32_t block) {
  KEDGE_CHECK(references_[block] > 0, "block ", block, " is free already");
  if (--references_[block] == 0) free_.push_back(block);
}

}  // namespace kedge
