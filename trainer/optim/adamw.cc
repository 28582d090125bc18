#include "trainer/optim/adamw.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "model/kernels/kernels.h"

namespace kedge {
namespace {

// beta^t by squaring: exact order, no libm.
double integer_power(double base, int64_t exponent) {
  double result = 1.0;
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) result *= base;
    base *= base;
  }
  return result;
}

AdamWCall call_of(const AdamWStep& s, bool decayed, const AdamWSlices& slices, int64_t n) {
  return {.weight = slices.weight,
          .grad = slices.grad,
          .first = slices.first,
          .second = slices.second,
          .n = n,
          .grad_scale = s.grad_scale,
          .beta1 = s.beta1,
          .rest1 = 1.0f - s.beta1,
          .beta2 = s.beta2,
          .rest2 = 1.0f - s.beta2,
          .step_size = s.step_size,
          .root_scale = s.root_scale,
          .epsilon = s.epsilon,
          .keep = decayed ? s.keep : 1.0f};
}

}  // namespace

void adamw_update(const AdamWStep& s, bool decayed, const AdamWSlices& slices, int64_t n) {
  const float keep = decayed ? s.keep : 1.0f;
  const float rest1 = 1.0f - s.beta1;
  const float rest2 = 1.0f - s.beta2;
  float* __restrict weight = slices.weight;
  const float* __restrict grad = slices.grad;
  float* __restrict first = slices.first;
  float* __restrict second = slices.second;
  for (int64_t i = 0; i < n; ++i) {
    const float g = grad[i] * s.grad_scale;
    const float m = s.beta1 * first[i] + rest1 * g;
    const float v = s.beta2 * second[i] + rest2 * (g * g);
    const float root = std::sqrt(v) * s.root_scale + s.epsilon;
    first[i] = m;
    second[i] = v;
    weight[i] = weight[i] * keep - s.step_size * m / root;
  }
}

AdamW::AdamW(const OptimizerConfig& config, const Parameters& parameters) : config_(config) {
  const int64_t size = parameters.flat().numel();
  first_.assign(size, 0.0f);
  second_.assign(size, 0.0f);
  int64_t at = 0;
  for (const NamedTensor& tensor : parameters.tensors()) {
    KEDGE_CHECK(tensor.offset >= at, "tensor ", tensor.name, " begins at ", tensor.offset,
                " before the end of the previous one, ", at);
    const int64_t end = tensor.offset + tensor.numel();
    if (!runs_.empty() && runs_.back().decayed == tensor.decay) {
      runs_.back().end = end;  // padding between is 0 and stays 0
    } else {
      runs_.push_back({tensor.offset, end, tensor.decay});
    }
    at = end;
  }
}

void AdamW::step(Context& context, const Parameters& parameters, double learning_rate,
                 double grad_scale) {
  ++updates_;
  AdamWStep s;
  s.grad_scale = static_cast<float>(grad_scale);
  s.beta1 = static_cast<float>(config_.beta1);
  s.beta2 = static_cast<float>(config_.beta2);
  s.step_size = static_cast<float>(learning_rate / (1.0 - integer_power(config_.beta1, updates_)));
  s.root_scale = static_cast<float>(1.0 / std::sqrt(1.0 - integer_power(config_.beta2, updates_)));
  s.epsilon = static_cast<float>(config_.epsilon);
  s.keep = static_cast<float>(1.0 - learning_rate * config_.weight_decay);
  float* weight = parameters.flat().f32();
  const float* grad = parameters.flat_grad().f32();
  context.pool.run([&](int worker) {
    for (const Run& run : runs_) {
      const Share share = share_of(run.end - run.begin, worker, context.pool.size(), 16);
      const int64_t begin = run.begin + share.begin;
      if (share.end > share.begin) {
        kernels().adamw(call_of(s, run.decayed,
                                {weight + begin, grad + begin, &first_[begin], &second_[begin]},
                                share.end - share.begin));
      }
    }
  });
}

}  // namespace kedge
