// Settings of the optimiser (config section `optimizer`).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/schema_bounds.h"

namespace kedge {

enum class Schedule { constant, linear, cosine };

std::span<const std::string_view> enum_names(Schedule);

struct OptimizerConfig {
  double learning_rate = 1e-4;
  int64_t warmup_steps = 0;
  Schedule schedule = Schedule::constant;
  double final_share = 0.0;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.0;
  std::optional<double> grad_clip_norm = 1.0;
};

template <class V>
void visit(V& v, OptimizerConfig& c) {
  v.field("learning_rate", c.learning_rate, "peak step size of AdamW, per update", positive());
  v.field("warmup_steps", c.warmup_steps, "updates over which the step size rises from 0 linearly",
          at_least(0));
  v.field("schedule", c.schedule, "shape of the step size after warm-up");
  v.field("final_share", c.final_share,
          "share of learning_rate left at the last update (linear, cosine)", between(0, 1));
  v.field("beta1", c.beta1, "decay of the mean of gradients", from_below(0, 1));
  v.field("beta2", c.beta2, "decay of the mean of squared gradients", from_below(0, 1));
  v.field("epsilon", c.epsilon, "added to the root of the second moment", positive());
  v.field("weight_decay", c.weight_decay, "decoupled decay of matrices, per update at step size 1",
          at_least(0));
  v.field("grad_clip_norm", c.grad_clip_norm, "global gradient norm allowed; null: no clipping",
          positive());
}

}  // namespace kedge
