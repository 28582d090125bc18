// What the learner computes on: a forest of segments, which of its tokens predict which, and the
// paths (trajectories) over those predictions that losses run over.
//
// Legend: T packed tokens, M targets, P paths.
#pragma once
#include <cstdint>
#include <vector>

#include "core/records.h"
#include "model/layout.h"

namespace kedge {

// One trajectory. Vectors have one entry per token of its response, in order; tokens the policy did
// not sample have trained = 0 and their numbers are not read.
struct PackedPath {
  int32_t group = 0;  // index into the step's groups
  int32_t trajectory = 0;
  bool injected = false;
  std::vector<int32_t> target;         // [n] index into targets, -1 where there is none
  std::vector<uint8_t> trained;        // [n]
  std::vector<float> old_logprob;      // [n] learner before the update (behaviour)
  std::vector<float> sampler_logprob;  // [n] distribution really drawn from
  std::vector<float> ref_logprob;      // [n] empty without a reference
  std::vector<float> advantage;        // [n]
  std::vector<float> correction;       // [n] constant weight of the policy term
  std::vector<double> coefficient;     // [n] aggregation weight with the global normaliser inside
  std::vector<double> entropy_coefficient;  // [n] the entropy bonus' own
};

struct PackedBatch {
  std::vector<Token> tokens;  // [T]
  SegmentLayout layout;
  std::vector<int32_t> source;   // [M] packed token whose hidden state predicts
  std::vector<Token> target_id;  // [M]
  std::vector<PackedPath> paths;
  float temperature = 1.0f;
};

}  // namespace kedge
