// LibTorch's autograd as the oracle of operator tests. For test files with aten in their name.
#pragma once
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <string>
#include <vector>

#include "model/ops.h"
#include "tests/support/tensors.h"

namespace kedge::test {

// A copy that autograd follows.
inline at::Tensor leaf(Tensor& tensor) {
  const TensorView view = tensor.view();
  return at::from_blob(view.data, at::IntArrayRef(view.shape.data(), view.rank), at::kFloat)
      .clone()
      .set_requires_grad(true);
}

// A copy that it does not follow.
inline at::Tensor constant(Tensor& tensor) {
  return leaf(tensor).detach();
}

inline std::vector<float> values_of(const at::Tensor& tensor) {
  const at::Tensor dense = tensor.detach().contiguous();
  const float* data = dense.const_data_ptr<float>();
  return {data, data + dense.numel()};
}

inline at::Tensor indices(const std::vector<int32_t>& values) {
  return at::tensor(at::ArrayRef<int32_t>(values), at::kInt).to(at::kLong);
}

// Backends whose operators are compared with autograd.
inline Operators operators_named(const std::string& name) {
  at::set_num_threads(1);  // for autograd's own work: these tensors are tiny
  return name == "aten" ? aten_operators(1) : reference_operators();
}

}  // namespace kedge::test
