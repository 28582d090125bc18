// What the scheduler runs: a context whose KV is computed bit by bit. A sequence is either a row
// being sampled or the common prefix of rows that do not exist yet; the scheduler need not know
// which.
#pragma once
#include <cstdint>
#include <vector>

#include "core/records.h"
#include "rollout/block_pool.h"

namespace kedge {

struct Sequence {
  enum class Kind : uint8_t { row, prefix };  // which of the structs of rows.h it is part of
  Kind kind = Kind::row;
  uint64_t age = 0;  // order of submission; the largest is the youngest
  GroupKey group;
  WeightSet set = WeightSet::policy;
  std::vector<Token> tokens;  // all a next token conditions on
  KvChain kv;                 // of the first kv.length of them
  bool running = false;       // holds a slot; the scheduler's

  int32_t length() const { return static_cast<int32_t>(tokens.size()); }
  int32_t pending() const { return length() - kv.length; }  // tokens without KV
};

// Tokens [begin, end) of a sequence, computed in one pass. Where end is the sequence's end the
// logits of its last token are wanted.
struct Chunk {
  Sequence* sequence = nullptr;
  int32_t begin = 0;
  int32_t end = 0;
  bool wants_logits() const { return end == sequence->length(); }
};

// Tokens that two contexts share from their beginning.
int32_t common_prefix(const std::vector<Token>& a, const std::vector<Token>& b);

}  // namespace kedge
