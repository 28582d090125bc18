#include "cli/bench/op_case.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "core/error.h"
#include "core/rng.h"

namespace kedge {
namespace {

constexpr int64_t kPattern = 4093;  // a prime: rows of any width differ

int64_t product(std::initializer_list<int64_t> shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

}  // namespace

OwnedTensor zero_tensor(std::initializer_list<int64_t> shape) {
  const int64_t bytes = product(shape) * sizeof(float);
  Memory memory = take_memory(bytes);
  std::memset(memory.get(), 0, bytes);
  float* data = floats_of(memory);
  return {std::shared_ptr<float[]>(std::shared_ptr<std::byte[]>(std::move(memory)), data),
          TensorView(data, shape)};
}

OwnedTensor random_tensor(std::initializer_list<int64_t> shape, uint64_t salt, float scale) {
  OwnedTensor tensor = zero_tensor(shape);
  const int64_t count = product(shape);
  for (int64_t i = 0; i < std::min(count, kPattern); ++i) {
    const double u = random_uniform(3, {Purpose::task, salt, 0, 0, static_cast<uint64_t>(i)});
    tensor.memory[i] = static_cast<float>((2.0 * u - 1.0) * scale);
  }
  for (int64_t i = kPattern; i < count; ++i) tensor.memory[i] = tensor.memory[i - kPattern];
  return tensor;
}

OwnedWeight random_weight(Context& context, const Operators& ops, int64_t rows, int64_t columns) {
  OwnedWeight weight;
  weight.master = random_tensor({rows, columns}, 2, 0.05f);
  weight.packed = ops.linear->prepare(weight.master.view);
  ops.linear->refresh(context, weight.weight());
  return weight;
}

}  // namespace kedge
