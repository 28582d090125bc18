// The transformer, forward and backward: the only code that knows the order of the layers.
// Training, scoring, prefill and decode all call it (design law 3).
//
// Legend: T tokens in packed order, S tokens of a paged pass, E model dim.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "core/records.h"
#include "model/attention_tap.h"
#include "model/config.h"
#include "model/kv_cache.h"
#include "model/layout.h"
#include "model/ops.h"
#include "model/parameters.h"

namespace kedge {

enum class Recompute { none, blocks };  // blocks: keep only each block's input, refill in backward

// What a forward over a forest saves for its backward. Grows to the largest batch once.
class Activations {
 public:
  Activations(const ModelConfig& config, Recompute recompute);
  ~Activations();
  Activations(Activations&&) noexcept;
  Activations& operator=(Activations&&) noexcept;
  static int64_t bytes_per_token(const ModelConfig& config, Recompute recompute);
  // The final hidden states [T, E] (after the last norm) of the latest forward.
  TensorView hidden() const;
  int64_t bytes() const;  // held now: bytes_per_token x the largest batch, and some alignment

  struct Memory;  // model/activations.h; for the transformer only

 private:
  friend class Transformer;
  std::unique_ptr<Memory> memory_;
};

class Transformer {
 public:
  // Borrows `ops`.
  Transformer(const ModelConfig& config, const Operators& ops);
  Transformer(const Transformer&) = delete;
  Transformer& operator=(const Transformer&) = delete;

  // Scratch memory of a backward, per token: one block's gradients, whatever the number of layers.
  static int64_t backward_bytes_per_token(const ModelConfig& config);
  // The same of forward_paged, operators' own scratch not counted: one block's tensors.
  static int64_t paged_bytes_per_token(const ModelConfig& config);

  const ModelConfig& config() const { return config_; }
  const Operators& ops() const { return ops_; }

  // Forward over a packed forest; saves into `activations` (its hidden() is the result).
  void forward(Context&, const Parameters&, std::span<const Token> token_T, const SegmentLayout&,
               Activations& activations, AttentionTap* tap = nullptr) const;

  // Adds d loss / d weights to the gradients of `parameters`, given d loss / d hidden [T, E]
  // (overwritten as workspace). Follows a forward with the same arguments.
  void backward(Context&, const Parameters&, std::span<const Token> token_T, const SegmentLayout&,
                Activations& activations, const TensorView& dhidden_TE) const;

  // Forward of new tokens over paged KV (prefill, decode): writes their KV, returns hidden states
  // [S, E] after the last norm into `hidden_SE`.
  void forward_paged(Context&, const Parameters&, std::span<const Token> token_S,
                     const PagedLayout&, KvCache& kv, const TensorView& hidden_SE,
                     AttentionTap* tap = nullptr) const;

 private:
  ModelConfig config_;
  const Operators& ops_;
  std::vector<float> rope_memory_;
  RopeTable rope_;
};

}  // namespace kedge
