// The rollout engine under a load of known shape: what `bench decode` and `bench prefill` time.
#pragma once
#include <cstdint>

#include "trainer/policy_model.h"

namespace kedge {

// Rows of random prompts, each with KV of its own, drawn at temperature 1.
struct EngineLoad {
  int32_t rows = 1;
  int32_t prompt_tokens = 64;
  int32_t new_tokens = 64;
  int32_t prefill_tokens = 512;  // per pass at most
};

// Bytes of KV memory the load needs.
int64_t kv_bytes(const EngineLoad& load, const ModelConfig& config);

// Weights that a decoded token multiplies with: all but the embedding table, which a tied model
// reads once, as its head.
int64_t decode_weights(const ModelConfig& config);

// Seconds of a pass that decodes one token of every row and does nothing else: median over all such
// passes after the first two. Fewer than three of them is a ConfigError (too few new tokens).
double decode_pass_seconds(PolicyModel& model, const EngineLoad& load);

// Seconds from the order to the first token of every row, in a fresh engine that has run once.
double prefill_seconds(PolicyModel& model, const EngineLoad& load);

}  // namespace kedge
