// The operators of the transformer: each a forward and a backward, in one table per backend.
//
// Legend: T tokens, E model dim, F MLP dim, H query heads, K KV heads, D head dim, V vocabulary,
// C = (H + 2K) D, the width of a fused q|k|v row; N outputs and K inputs of a linear layer.
//
// Contract. All views are fp32 and dense in their last dimension unless said otherwise. Outputs are
// overwritten unless a parameter says accumulate; gradients of *weights* are always added to memory,
// one term per token in packed order, so cutting a batch changes no bit (design law 6). Operators
// keep no state between calls; what backward needs is passed in. Shapes are checked by the caller of
// the table, once, not here.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/records.h"
#include "core/tensor_view.h"
#include "model/context.h"
#include "model/kv_cache.h"
#include "model/layout.h"

namespace kedge {

// A weight in the form a backend computes with: packed panels, rounded copies. nullptr where a
// backend reads the master weights.
class PackedWeight {
 public:
  virtual ~PackedWeight() = default;
  virtual int64_t bytes() const = 0;
};

struct Weight {
  TensorView master_NK;              // fp32 rows, the learner's
  PackedWeight* packed = nullptr;    // refreshed once per update
};

class LinearOp {
 public:
  enum class Start { zero, bias, accumulate };  // where the chain of an output begins
  virtual ~LinearOp() = default;
  virtual std::unique_ptr<PackedWeight> prepare(const TensorView& w_NK) const = 0;
  virtual void refresh(Context&, const Weight& w) const = 0;
  // y[t,n] = start + sum_k x[t,k] w[n,k]; bias_N is read for Start::bias, y for Start::accumulate.
  virtual void forward(Context&, const TensorView& x_TK, const Weight& w, const TensorView& bias_N,
                       Start start, const TensorView& y_TN) const = 0;
  // dx[t,k] = sum_n dy[t,n] w[n,k], n ascending.
  virtual void backward_input(Context&, const TensorView& dy_TN, const Weight& w,
                              const TensorView& dx_TK) const = 0;
  // dw[n,k] += dy[t,n] x[t,k] and dbias[n] += dy[t,n], t ascending; dbias may be empty.
  virtual void backward_weight(Context&, const TensorView& dy_TN, const TensorView& x_TK,
                               const TensorView& dw_NK, const TensorView& dbias_N) const = 0;
};

// y = x / sqrt(mean(x^2) + eps) * w over the last dimension of x [T, G, D] (G = 1 for a whole row;
// G = heads for q/k norm). May work in place (y = x).
class NormOp {
 public:
  virtual ~NormOp() = default;
  virtual void forward(Context&, const TensorView& x_TGD, const TensorView& w_D, float eps,
                       const TensorView& y_TGD, const TensorView& rstd_TG) const = 0;
  // dx += (accumulate) or = gradient; dw += . x is the input of forward.
  virtual void backward(Context&, const TensorView& dy_TGD, const TensorView& x_TGD,
                        const TensorView& w_D, const TensorView& rstd_TG, bool accumulate,
                        const TensorView& dx_TGD, const TensorView& dw_D) const = 0;
};

// cos and sin of every position, [P, D/2] each, made by model/rope.
struct RopeTable {
  TensorView cos_PD;
  TensorView sin_PD;
};

// Rotates pairs (i, i + D/2) of x [T, G, D] in place by the angle of the token's position
// (Hugging Face's half layout); inverse rotates back, which is the backward.
class RopeOp {
 public:
  virtual ~RopeOp() = default;
  virtual void apply(Context&, const TensorView& x_TGD, std::span<const int32_t> position_T,
                     const RopeTable& table, bool inverse) const = 0;
};

struct AttentionShape {
  int64_t heads = 0;
  int64_t kv_heads = 0;
  int64_t head_dim = 0;
  float scale = 0.0f;  // 1 / sqrt(head_dim)
};

// Causal grouped-query attention. qkv [T, C] holds q|k|v of every token, q and k rotated. lse [T, H]
// is the natural log of the sum of exp(scale * q.k) of each query row.
class AttentionOp {
 public:
  virtual ~AttentionOp() = default;
  virtual void forward(Context&, const AttentionShape&, const SegmentLayout&,
                       const TensorView& qkv_TC, const TensorView& out_THD,
                       const TensorView& lse_TH) const = 0;
  // dqkv is overwritten.
  virtual void backward(Context&, const AttentionShape&, const SegmentLayout&,
                        const TensorView& qkv_TC, const TensorView& out_THD,
                        const TensorView& lse_TH, const TensorView& dout_THD,
                        const TensorView& dqkv_TC) const = 0;
  // Writes k and v of the new tokens into their blocks, then attends over each row's blocks.
  // lse may be empty.
  virtual void forward_paged(Context&, const AttentionShape&, const PagedLayout&,
                             const TensorView& qkv_TC, const KvLayer& kv, const TensorView& out_THD,
                             const TensorView& lse_TH) const = 0;
};

// h = silu(gate) * up; gate_up [T, 2F] holds gate|up.
class SwigluOp {
 public:
  virtual ~SwigluOp() = default;
  virtual void forward(Context&, const TensorView& gate_up_T2F, const TensorView& h_TF) const = 0;
  virtual void backward(Context&, const TensorView& dh_TF, const TensorView& gate_up_T2F,
                        const TensorView& dgate_up_T2F) const = 0;
};

class EmbeddingOp {
 public:
  virtual ~EmbeddingOp() = default;
  virtual void forward(Context&, std::span<const Token> token_T, const Weight& w_VE,
                       const TensorView& x_TE) const = 0;
  virtual void backward(Context&, std::span<const Token> token_T, const TensorView& dx_TE,
                        const TensorView& dw_VE) const = 0;
};

// Which rows of the hidden states predict which token. Sources ascend; one source may have several
// targets (a fork), then next to each other.
struct HeadTargets {
  std::span<const int32_t> source;  // [M] row of x
  std::span<const Token> id;        // [M]
};

// Vocabulary projection fused with log-softmax at `temperature`; never keeps [T, V].
class HeadOp {
 public:
  virtual ~HeadOp() = default;
  // Plain logits of all S rows, for sampling.
  virtual void logits(Context&, const TensorView& x_SE, const Weight& w_VE,
                      const TensorView& logits_SV) const = 0;
  // logprob_M, the source's log-sum-exp lse_M, and entropy_M in nats where asked for (may be empty).
  virtual void forward(Context&, const TensorView& x_TE, const Weight& w_VE,
                       const HeadTargets& targets, float temperature, std::span<float> logprob_M,
                       std::span<float> lse_M, std::span<float> entropy_M) const = 0;
  // Takes d loss / d logprob and, unless empty, d loss / d entropy; recomputes logits in chunks.
  // dx is overwritten (0 where no target reads a row), dw accumulated. lse_M and entropy_M are
  // forward's (entropy only read when dentropy is given).
  struct Gradients {
    std::span<const float> dlogprob_M;
    std::span<const float> dentropy_M;
    std::span<const float> lse_M;
    std::span<const float> entropy_M;
  };
  virtual void backward(Context&, const TensorView& x_TE, const Weight& w_VE,
                        const HeadTargets& targets, float temperature, const Gradients& gradients,
                        const TensorView& dx_TE, const TensorView& dw_VE) const = 0;
};

struct Operators {
  std::string name;
  std::unique_ptr<LinearOp> linear;
  std::unique_ptr<NormOp> norm;
  std::unique_ptr<RopeOp> rope;
  std::unique_ptr<AttentionOp> attention;
  std::unique_ptr<SwigluOp> swiglu;
  std::unique_ptr<EmbeddingOp> embedding;
  std::unique_ptr<HeadOp> head;
};

// Clear loops, double where it helps: the oracle for ever.
Operators reference_operators();
// What linear layers and the head compute with. bf16: weights and inputs are rounded to bf16 (nearest
// even), sums stay fp32, in the order of model/kernels/numerics.h; so in forward and in the gradient of
// the input. Gradients of weights, and everything between the layers, stay fp32.
enum class WeightFormat { fp32, bf16 };

// Our own kernels: the same bits on every code path (KEDGE_ISA), for every number of threads, batch,
// slot and layout (design section 6). A CPU without FMA is a ConfigError.
Operators exact_operators(WeightFormat format = WeightFormat::fp32);
// LibTorch on views (from_blob), its threads set to `threads`. Built without LibTorch: ConfigError.
Operators aten_operators(int threads);

// Runs both and compares every output (relative to the largest entry of the output); a difference
// above `tolerance` is an InvariantError naming operator, index and both values. Returns what `fast`
// computed.
Operators checked_operators(Operators fast, Operators oracle, double tolerance);

}  // namespace kedge
