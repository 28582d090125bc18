// Softmax of a row of logits: what the sampler and the head share, so that the log-prob that was
// sampled is the log-prob that is learned, to the bit.
//
// z[v] = logit[v] * inverse_temperature (one rounding). Order of the sum: blocks of 4,096 elements,
// inside a block 16 fp64 lanes (index mod 16) of the fp32 values exp(z - max), joined by a fixed tree,
// blocks joined in order (model/kernels/numerics.h).
#pragma once
#include <cstdint>

namespace kedge {

struct Kernels;  // the overloads that take one run on that code path

struct RowSoftmax {
  float max = 0.0f;   // of z
  double sum = 0.0;   // of exp(z - max)
  float lse = 0.0f;   // max + log(sum)
};

// n >= 1. A NaN among the logits, or +infinity, makes sum and lse NaN or infinite.
RowSoftmax row_softmax(const float* logits, int64_t n, float inverse_temperature);
RowSoftmax row_softmax(const Kernels& kernels, const float* logits, int64_t n,
                       float inverse_temperature);

// log softmax at one entry: logit * inverse_temperature - lse, rounded once.
float token_logprob(float logit, float inverse_temperature, float lse);

// -sum p log p in nats: log(sum) - sum(exp(z - max) (z - max)) / sum.
float row_entropy(const float* logits, int64_t n, float inverse_temperature,
                  const RowSoftmax& softmax);
float row_entropy(const Kernels& kernels, const float* logits, int64_t n, float inverse_temperature,
                  const RowSoftmax& softmax);

// The IEEE factor every caller must use for a temperature: 1 / temperature in fp64, rounded to fp32.
// The argument is a float because HeadOp takes one: a sampler's double is rounded the same way.
inline float inverse_of_temperature(float temperature) {
  return static_cast<float>(1.0 / static_cast<double>(temperature));
}

}  // namespace kedge
