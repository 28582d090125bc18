// Draws the next token of many rows at once.
#pragma once
#include <span>
#include <vector>

#include "model/context.h"
#include "rollout/rows.h"

namespace kedge {

// One row and the logits its next token is drawn from; siblings share logits.
struct Draw {
  LiveRow* row = nullptr;
  std::span<const float> logits;
  SampledToken token;  // the result
};

// Rows are split among the compute threads; what is drawn depends on seed and address only.
class RowSampler {
 public:
  RowSampler(ThreadPool& pool, uint64_t seed);
  void draw(std::span<Draw> draws);

 private:
  void draw_share(std::span<Draw> draws, Sampler& sampler);

  ThreadPool& pool_;
  uint64_t seed_;
  std::vector<Sampler> samplers_;  // one per thread
};

}  // namespace kedge
