// The members of the aten table and what they share. Private to model/ops_aten*.cc.
//
// Every operator works on views by from_blob; nothing is recorded for autograd. Sums have whatever
// order the library chooses: see `numerics: aten` in the configuration.
#pragma once
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <memory>
#include <span>

#include "model/ops.h"

namespace kedge::aten {

// Opened at the start of every operator. The number of threads belongs to the calling thread, so it
// is set where the work happens.
class Session {
 public:
  explicit Session(int threads) {
    if (threads > 0 && at::get_num_threads() != threads) at::set_num_threads(threads);
  }

 private:
  c10::InferenceMode inference_;
};

inline at::Tensor tensor_of(const TensorView& view) {
  return at::from_blob(view.f32(), at::IntArrayRef(view.shape.data(), view.rank),
                       at::IntArrayRef(view.stride.data(), view.rank), at::kFloat);
}

inline at::Tensor tensor_of(std::span<const int32_t> values) {
  return at::from_blob(const_cast<int32_t*>(values.data()), {static_cast<int64_t>(values.size())},
                       at::kInt);
}

inline at::Tensor tensor_of(std::span<const int64_t> values) {
  return at::from_blob(const_cast<int64_t*>(values.data()), {static_cast<int64_t>(values.size())},
                       at::kLong);
}

inline at::Tensor tensor_of(std::span<const float> values) {
  return at::from_blob(const_cast<float*>(values.data()), {static_cast<int64_t>(values.size())},
                       at::kFloat);
}

inline at::Tensor tensor_of(const Weight& w) {
  return tensor_of(w.master_NK);
}

// Floats of a temporary that attention and head do not exceed by choice of their batches.
constexpr int64_t kTemporaryFloats = int64_t{1} << 24;

std::unique_ptr<LinearOp> linear_op(int threads);
std::unique_ptr<NormOp> norm_op(int threads);
std::unique_ptr<RopeOp> rope_op(int threads);
std::unique_ptr<SwigluOp> swiglu_op(int threads);
std::unique_ptr<EmbeddingOp> embedding_op(int threads);
std::unique_ptr<AttentionOp> attention_op(int threads);
std::unique_ptr<HeadOp> head_op(int threads);

// The paged half of attention (ops_aten_paged.cc).
void attention_paged(const AttentionShape& shape, const PagedLayout& layout,
                     const at::Tensor& qkv_TC, const KvLayer& kv, const at::Tensor& out_THD,
                     const TensorView& lse_TH);

}  // namespace kedge::aten
