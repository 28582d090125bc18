// All weights of a model in one flat fp32 buffer, and their gradients in another of the same
// layout. Tensors are padded to 16 floats, the buffer to 4,096, so that any slice border of a
// sharded optimiser is aligned. q, k, v (and gate, up) of a layer lie next to each other without
// padding: the transformer reads them as one matrix, Hugging Face files see three (two).
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/records.h"
#include "core/tensor_view.h"
#include "model/config.h"
#include "model/memory.h"
#include "model/ops.h"

namespace kedge {

// One tensor under its Hugging Face name. `decay` says whether weight decay applies (matrices
// only).
struct NamedTensor {
  std::string name;
  std::vector<int64_t> shape;
  int64_t offset = 0;  // floats into the flat buffer
  bool decay = false;
  int64_t numel() const;
};

// A fused matrix or vector with its gradient (empty when the parameters hold none).
struct Parameter {
  Weight weight;  // .master_NK is rank 1 for vectors
  TensorView grad;
};

struct LayerParameters {
  Parameter input_norm, qkv, qkv_bias, q_norm, k_norm, o, post_norm, gate_up, down;
};

class Parameters {
 public:
  enum class Gradients { none, yes };
  Parameters(const ModelConfig& config, Gradients gradients);
  Parameters(Parameters&&) = default;

  const ModelConfig& config() const { return config_; }
  const std::vector<NamedTensor>& tensors() const { return tensors_; }
  TensorView flat() const;       // [P], P a multiple of 4,096; padding is 0
  TensorView flat_grad() const;  // [P]; empty without gradients
  TensorView view(const NamedTensor& tensor) const;
  TensorView grad_view(const NamedTensor& tensor) const;

  const LayerParameters& layer(int index) const { return layers_[index]; }
  const Parameter& embedding() const { return embedding_; }
  const Parameter& final_norm() const { return final_norm_; }
  // Tied models: the weight is the embedding's, the gradient accumulator is its own until
  // join_gradients(), because two chains into one memory would depend on the cut (design section
  // 6).
  const Parameter& head() const { return head_; }

  void zero_gradients();
  void join_gradients();  // once per step, before the optimiser; no-op for untied models

  // Prepares packed forms for `ops` and brings them up to date with the master weights. Call after
  // every change of the weights; version() is stamped on what is computed from now on.
  void refresh(Context& context, const Operators& ops);
  WeightId id() const { return id_; }
  void set_id(WeightId id) { id_ = id; }
  int64_t packed_bytes() const;

  // Normal(0, 0.02) like transformers, norms 1, biases 0; addressed randomness.
  void initialize(uint64_t seed);

 private:
  void lay_out();
  void bind_views();

  ModelConfig config_;
  std::vector<NamedTensor> tensors_;
  int64_t size_ = 0;
  Memory weights_;
  Memory grads_;
  Memory head_grad_;
  std::vector<LayerParameters> layers_;
  Parameter embedding_, final_norm_, head_;
  std::vector<std::unique_ptr<PackedWeight>> packed_;
  const LinearOp* packed_for_ = nullptr;  // whose packed forms these are
  WeightId id_;
};

}  // namespace kedge
