// The members of the exact table, one function per file, and what they share. Private to
// model/ops_exact*.cc. The order of every sum: model/kernels/numerics.h.
#pragma once
#include <cstdint>
#include <memory>

#include "model/context.h"
#include "model/kernels/kernels.h"
#include "model/ops.h"

namespace kedge::exact {

// The table on one code path; exact_operators() takes the chosen one. `kernels` outlives it.
Operators operators_of(const Kernels& kernels, WeightFormat format = WeightFormat::fp32);

std::unique_ptr<LinearOp> linear_op(const Kernels& kernels, WeightFormat format);
std::unique_ptr<NormOp> norm_op(const Kernels& kernels);
std::unique_ptr<RopeOp> rope_op(const Kernels& kernels);
std::unique_ptr<AttentionOp> attention_op(const Kernels& kernels);
std::unique_ptr<SwigluOp> swiglu_op(const Kernels& kernels);
std::unique_ptr<EmbeddingOp> embedding_op(const Kernels& kernels);
std::unique_ptr<HeadOp> head_op(const Kernels& kernels, WeightFormat format);

// Source rows whose logits the head holds at once, of `targets` targets.
int64_t head_chunk_rows(int64_t vocab, int64_t targets);

// Row i (or element (i, j)) of a view whose last dimension is dense.
inline float* row(const TensorView& view, int64_t i) { return view.f32() + i * view.stride[0]; }
inline float* row(const TensorView& view, int64_t i, int64_t j) {
  return row(view, i) + j * view.stride[1];
}

// Products with a weight, shared by linear layers and the head.
class Products {
 public:
  Products(const Kernels& kernels, WeightFormat format);
  // y[t] = start + x[t] w^T; reads the packed panels, or packs the master weights first.
  void multiply(Context& context, const TensorView& x_TK, const Weight& w, const float* bias,
                Start start, const TensorView& y_TN) const;
  // dx[t,k] = sum_n dy[t,n] w[n,k].
  void multiply_back(Context& context, const TensorView& dy_TN, const Weight& w,
                     const TensorView& dx_TK) const;
  // dw[n,k] += sum_t dy[t,n] x[t,k]; always fp32.
  void add_outer(Context& context, const TensorView& dy_TN, const TensorView& x_TK,
                 const TensorView& dw_NK) const;

  // Panels of a weight, in floats and in memory of that size.
  int64_t panels_size(const TensorView& w_NK) const;
  void pack(Context& context, const TensorView& w_NK, float* panels) const;

 private:
  bool pairs() const { return format_ == WeightFormat::bf16; }

  const Kernels& kernels_;
  WeightFormat format_;
  void (*gemm_)(const GemmCall&);
};

}  // namespace kedge::exact
