// AdamW (Loshchilov and Hutter 2019, as torch.optim.AdamW) on the flat fp32 buffer of a model.
//
// Legend: P floats of the buffer, padding included (padding stays 0).
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/json.h"
#include "model/context.h"
#include "model/parameters.h"
#include "trainer/optim/config.h"

namespace kedge {

// Constants of one update, computed once in double.
struct AdamWStep {
  float grad_scale = 1.0f;  // clipping
  float beta1 = 0.0f;
  float beta2 = 0.0f;
  float step_size = 0.0f;   // lr / (1 - beta1^t)
  float root_scale = 0.0f;  // 1 / sqrt(1 - beta2^t)
  float epsilon = 0.0f;
  float keep = 1.0f;  // 1 - lr * weight_decay for decayed tensors
};

// Floats [0, n) of one run that is decayed (keep applies) or not. One order of IEEE operations per
// element, none fused:
//   g = grad * grad_scale;  m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) (g g)
//   w = w keep - step_size m / (sqrt(v) root_scale + epsilon)
struct AdamWSlices {
  float* weight;
  const float* grad;
  float* first;
  float* second;
};
// The readable form of kernels().adamw, which updates run on: the same bits.
void adamw_update(const AdamWStep& step, bool decayed, const AdamWSlices& slices, int64_t n);

// Thread rule: one thread. The moments are state: save and load through first(), second(),
// updates().
class AdamW {
 public:
  // Remembers which parts of the buffer are decayed (NamedTensor::decay).
  AdamW(const OptimizerConfig& config, const Parameters& parameters);

  // One update of all weights from the joined gradients times grad_scale.
  void step(Context& context, const Parameters& parameters, double learning_rate,
            double grad_scale);

  int64_t updates() const { return updates_; }  // t of the latest update
  std::span<float> first() { return first_; }
  std::span<float> second() { return second_; }
  void set_updates(int64_t updates) { updates_ = updates; }
  int64_t bytes() const { return static_cast<int64_t>(first_.size() + second_.size()) * 4; }

 private:
  struct Run {
    int64_t begin;
    int64_t end;
    bool decayed;
  };

  OptimizerConfig config_;
  std::vector<Run> runs_;
  std::vector<float> first_;
  std::vector<float> second_;
  int64_t updates_ = 0;
};

}  // namespace kedge
