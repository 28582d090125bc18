#include "model/kernels/softmax.h"

#include "model/kernels/kernels.h"
#include "model/kernels/math.h"

namespace kedge {

RowSoftmax row_softmax(const float* logits, int64_t n, float inverse_temperature) {
  return row_softmax(kernels(), logits, n, inverse_temperature);
}

RowSoftmax row_softmax(const Kernels& kernels, const float* logits, int64_t n,
                       float inverse_temperature) {
  const RowSum row = kernels.row_softmax(logits, n, inverse_temperature);
  const double lse = static_cast<double>(row.max) + math::log(row.sum);
  return {row.max, row.sum, static_cast<float>(lse)};
}

float token_logprob(float logit, float inverse_temperature, float lse) {
  return __builtin_fmaf(logit, inverse_temperature, -lse);
}

float row_entropy(const float* logits, int64_t n, float inverse_temperature,
                  const RowSoftmax& softmax) {
  return row_entropy(kernels(), logits, n, inverse_temperature, softmax);
}

float row_entropy(const Kernels& kernels, const float* logits, int64_t n, float inverse_temperature,
                  const RowSoftmax& softmax) {
  const double weighted =
      kernels.row_entropy_sum(logits, n, inverse_temperature, softmax.max);
  return static_cast<float>(math::log(softmax.sum) - weighted / softmax.sum);
}

}  // namespace kedge
