// Log-probs of given tokens without sampling: the one forward on a rank that holds the weights.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/records.h"
#include "model/parameters.h"
#include "model/transformer.h"

namespace kedge {

// What the table can hold: "logprob" (at the item's temperature), "entropy" (nats).
struct ScoredTokens {
  std::vector<float> logprob;  // of context[i], i from first_scored
  std::vector<float> entropy;  // same positions; empty unless asked for
};

class Scorer {
 public:
  // Borrows all. `tokens_per_pass` bounds the packed tokens of one forward; a longer item runs
  // alone.
  Scorer(Context& context, const Transformer& transformer, int64_t tokens_per_pass);

  // One result per item, in order. Items that share a group and a prefix are packed as a forest, so
  // the prefix is computed once. An item with first_scored < 1 or tokens outside the vocabulary is
  // an InvariantError naming it.
  std::vector<ScoredTokens> score(const Parameters& parameters, std::span<const ScoreItem> items);

 private:
  // One forward over the items of `chunk`, scattered into their results.
  void score_chunk(const Parameters& parameters, std::span<const ScoreItem> items,
                   const std::vector<size_t>& chunk, std::vector<ScoredTokens>& results);

  Context& context_;
  const Transformer& transformer_;
  int64_t tokens_per_pass_;
  Activations activations_;
};

}  // namespace kedge
