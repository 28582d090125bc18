#include "trainer/policy_model.h"

#include <algorithm>

#include "core/error.h"
#include "trainer/model_setup.h"
#include "trainer/operators.h"

namespace kedge {

PolicyModel::PolicyModel(const RunConfig& config, Parameters::Gradients gradients)
    : pool_(config.compute.threads),
      context_{pool_, scratch_},
      ops_(make_operators(config.compute)),
      tokenizer_(load_run_tokenizer(config)),
      config_(load_run_model_config(config, *tokenizer_)),
      transformer_(config_, ops_),
      parameters_(config_, gradients) {
  load_initial_weights(config, parameters_);
  refresh();
}

int32_t max_prompt_tokens(const RunConfig& config, const ModelConfig& model) {
  const int64_t room = model.max_position - config.rollout.max_new_tokens;
  if (room < 1) {
    throw ConfigError("rollout.max_new_tokens",
                      "found " + std::to_string(config.rollout.max_new_tokens),
                      "less than the model's context of " + std::to_string(model.max_position));
  }
  return static_cast<int32_t>(room);
}

EngineOptions engine_options(const RunConfig& config, const ModelConfig& model,
                             int32_t longest_prompt) {
  EngineOptions options;
  options.seed = config.run.seed;
  options.slots = config.rollout.slots;
  options.prefill_tokens = config.rollout.prefill_tokens;
  options.kv_blocks = config.rollout.kv_blocks;
  if (options.kv_blocks == 0) {
    const int64_t row =
        std::min<int64_t>(longest_prompt + config.rollout.max_new_tokens, model.max_position);
    options.kv_blocks =
        std::max(kv_blocks_for(config.rollout.slots, row), kv_blocks_for(1, model.max_position));
  }
  return options;
}

int32_t longest_prompt(const PromptSource& source) {
  constexpr uint64_t kLooked = 4096;
  const auto count = static_cast<int>(std::min(source.size().value_or(256), kLooked));
  size_t longest = 0;
  for (const PromptVisit& visit : source.fixed(count)) {
    longest = std::max(longest, visit.prompt->tokens.size());
  }
  return static_cast<int32_t>(longest);
}

}  // namespace kedge
