// Everything one rank needs to compute with the policy: threads, operators, shape, tokenizer,
// weights.
#pragma once
#include <memory>
#include <vector>

#include "model/context.h"
#include "model/tokenizer/tokenizer.h"
#include "model/transformer.h"
#include "rollout/engine.h"
#include "rollout/prompt_source.h"
#include "trainer/config.h"

namespace kedge {

// Not movable: members refer to each other.
class PolicyModel {
 public:
  // Loads config, tokenizer and first weights (model_setup.h) and refreshes their packed forms.
  PolicyModel(const RunConfig& config, Parameters::Gradients gradients);
  PolicyModel(const PolicyModel&) = delete;
  PolicyModel& operator=(const PolicyModel&) = delete;

  Context& context() { return context_; }
  const Operators& ops() const { return ops_; }
  const Tokenizer& tokenizer() const { return *tokenizer_; }
  const ModelConfig& config() const { return config_; }
  const Transformer& transformer() const { return transformer_; }
  Parameters& parameters() { return parameters_; }
  const std::vector<Token>& stop_ids() const { return config_.eos_ids; }
  void refresh() { parameters_.refresh(context_, ops_); }

 private:
  ThreadPool pool_;
  Arena scratch_;
  Context context_;
  Operators ops_;
  std::unique_ptr<Tokenizer> tokenizer_;
  ModelConfig config_;
  Transformer transformer_;
  Parameters parameters_;
};

// Longest prompt that leaves room for an answer. ConfigError when there is none.
int32_t max_prompt_tokens(const RunConfig& config, const ModelConfig& model);

// Settings of the engine. KV memory holds `slots` rows of the longest known prompt plus an answer,
// and at least one row of full context; rollout.kv_blocks overrides.
EngineOptions engine_options(const RunConfig& config, const ModelConfig& model,
                             int32_t longest_prompt);

// Longest of the prompts a source lists up front.
int32_t longest_prompt(const PromptSource& source);

}  // namespace kedge
