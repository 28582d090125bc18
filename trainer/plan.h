// What a run will cost, without loading weights.
#pragma once
#include <cstdint>
#include <string>

#include "core/json.h"
#include "trainer/config.h"

namespace kedge {

// Bytes by kind: the sizes of the buffers the run makes, by the formulas of the code that makes them.
// Records of rows and other small vectors are left out, and so is what LibTorch takes for numerics:
// aten. The total is what peak resident memory comes to, within a tenth.
struct PlanMemory {
  int64_t weights = 0;
  int64_t packed_weights = 0;  // second form of the matrices that the operators compute with
  int64_t gradients = 0;       // with the head's own accumulator of a tied model
  int64_t optimizer = 0;       // two moments
  int64_t reference = 0;       // frozen weights with their packed forms; 0 where none are needed
  int64_t activations = 0;     // largest micro-batch
  int64_t scratch = 0;  // of the operators: gradients of one block, logits of one chunk, panels
  int64_t rotary = 0;   // tables of cos and sin
  int64_t kv = 0;
  int64_t logits = 0;   // of one pass of the engine, with its hidden states
  int64_t process = 0;  // resident in this process now: code, libraries, tokenizer, prompts
  int64_t total() const;
};

// Reference samples, and what they and given answers do to the prompts. Numbers of a store are
// those of the file as it lies there.
struct PlanAnchors {
  int64_t rollouts_per_prompt = 0;  // greedy one included; 0: no records are read
  std::string weights;
  int64_t refresh_every = 0;      // updates; 0: never
  int64_t rollouts_per_step = 0;  // at most, all prompts of a full step being new
  int64_t prompts_per_step = 0;   // drawn at most, those dropped included
  int64_t prompts = 0;            // looked at
  int64_t known = 0;              // of them, with a record in the store
  int64_t dropped = 0;            // of those, by prompt_filter
  int64_t answers = 0;            // given ones (injection)
  int64_t answered_prompts = 0;   // prompts known, dropped not, that get one
};

struct Plan {
  std::string name;
  std::string family;
  std::string numerics;
  int threads = 0;
  int64_t parameters = 0;
  int64_t prompts_per_step = 0;
  int64_t rollouts_per_step = 0;
  int64_t longest_prompt = 0;       // tokens, of the prompts looked at
  int64_t max_tokens_per_step = 0;  // decoded at most
  int64_t updates_per_step = 0;
  int64_t steps = 0;
  int64_t largest_microbatch = 0;  // packed tokens
  int64_t kv_blocks = 0;
  int64_t frozen_copies = 0;  // of the weights: reference policy, initial weights of anchors
  int64_t machine_bytes = 0;  // this process may use; 0 = unknown
  PlanMemory memory;
  PlanAnchors anchors;
  std::vector<std::string> warnings;
};

// ConfigErrors as in training: model, data, rewards, algorithm. Reads configs, tokenizer and
// prompts.
Plan make_plan(const RunConfig& config);

ordered_json to_json(const Plan& plan);
// For people, a few lines ending in whether it fits.
std::string to_text(const Plan& plan);

}  // namespace kedge
