// Runs a planned pass through the model: copies of copy-on-write, one paged forward per weight set,
// logits of the sequences that reached their end.
#pragma once
#include <array>
#include <span>
#include <vector>

#include "model/kv_cache.h"
#include "model/transformer.h"
#include "rollout/scheduler.h"

namespace kedge {

// Thread rule: one thread. Allocates only while passes still grow.
class ModelRunner {
 public:
  // Borrows context and transformer.
  ModelRunner(Context& context, const Transformer& transformer, int32_t num_blocks);

  // Bytes it holds besides KV once passes have grown to `slots` rows and as many prefill tokens:
  // logits and hidden states.
  static int64_t bytes_for(const ModelConfig& config, int32_t slots, int32_t prefill_tokens);

  // Weights of their set from now on; borrowed.
  void use(const Parameters& parameters);
  // nullptr for a set that was never given.
  const Parameters* weights(WeightSet set) const { return sets_[static_cast<size_t>(set)]; }

  // A chain of other weights than those in use is an InvariantError.
  void run(const Pass& plan);
  // After run(): the logits [V] of each chunk that wants them, in plan order.
  std::span<const float> logits(size_t index) const;
  size_t num_logits() const { return num_logits_; }

 private:
  void run_set(const Pass& plan, const Parameters& parameters);
  void add(const Chunk& chunk, WeightId weights);
  void project(const Parameters& parameters);

  Context& context_;
  const Transformer& transformer_;
  KvCache kv_;
  std::array<const Parameters*, 3> sets_{};
  std::vector<Token> tokens_;
  PagedLayout layout_;
  std::vector<float> hidden_;
  std::vector<float> last_hidden_;   // rows of hidden whose logits are wanted
  std::vector<int32_t> last_rows_;   // their index in this forward
  std::vector<size_t> last_places_;  // and in plan order
  std::vector<float> set_logits_;
  std::vector<float> logits_;
  size_t num_logits_ = 0;
};

}  // namespace kedge
