// The members of the reference table, one function per file, and what they share. Private to
// model/ops_reference*.cc.
//
// Every output element is one sum in double over its own index range, rounded to fp32 once, so a
// row does not depend on its neighbours. Weight gradients are fp32 memory, one term per token in
// packed order (numbers of the contract in model/ops.h).
#pragma once
#include <cstdint>
#include <memory>
#include <utility>

#include "model/context.h"
#include "model/ops.h"

namespace kedge::reference {

std::unique_ptr<LinearOp> linear_op();
std::unique_ptr<NormOp> norm_op();
std::unique_ptr<RopeOp> rope_op();
std::unique_ptr<AttentionOp> attention_op();
std::unique_ptr<SwigluOp> swiglu_op();
std::unique_ptr<EmbeddingOp> embedding_op();
std::unique_ptr<HeadOp> head_op();

// sum_i a[i] b[i] in double: eight strided partial sums, joined in order. A function of n only.
inline double dot(const float* a, const float* b, int64_t n) {
  double partial[8] = {};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int lane = 0; lane < 8; ++lane) {
      partial[lane] += static_cast<double>(a[i + lane]) * static_cast<double>(b[i + lane]);
    }
  }
  for (int lane = 0; i < n; ++i, ++lane) {
    partial[lane] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  }
  double sum = 0.0;
  for (const double part : partial) sum += part;
  return sum;
}

// memory += a * b with one rounding: the step of a weight gradient's chain.
inline void add_product(float& memory, float a, float b) {
  memory = static_cast<float>(static_cast<double>(memory) +
                              static_cast<double>(a) * static_cast<double>(b));
}

// body(i) for i in [0, count), split over the threads of the pool.
template <class Body>
void parallel_for(Context& context, int64_t count, const Body& body) {
  ThreadPool& pool = context.pool;
  pool.run([&](int worker) {
    const Share share = share_of(count, worker, pool.size());
    for (int64_t i = share.begin; i < share.end; ++i) body(i);
  });
}

// Row i (or element (i, j)) of a view whose last dimension is dense.
inline float* row(const TensorView& view, int64_t i) {
  return view.f32() + i * view.stride[0];
}
inline float* row(const TensorView& view, int64_t i, int64_t j) {
  return row(view, i) + j * view.stride[1];
}

}  // namespace kedge::reference
