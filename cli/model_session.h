// A model directory, loaded and ready to sample or score: what generate and score share.
#pragma once
#include <memory>
#include <string>

#include "cli/arguments.h"
#include "model/checkpoint_dir.h"
#include "model/transformer.h"
#include "trainer/config_sections.h"

namespace kedge {

class ModelSession {
 public:
  // Loads config, tokenizer and weights (set initial, version 0). ConfigErrors name file and tensor.
  ModelSession(const std::string& dir, const ComputeSection& compute);

  Context& context() { return context_; }
  const ModelConfig& config() const { return config_; }
  const Tokenizer& tokenizer() const { return *tokenizer_; }
  const Parameters& parameters() const { return parameters_; }
  const Transformer& transformer() const { return transformer_; }

 private:
  ThreadPool pool_;
  Arena scratch_;
  Context context_;
  ModelConfig config_;
  std::unique_ptr<Tokenizer> tokenizer_;
  Operators operators_;
  Parameters parameters_;
  Transformer transformer_;
};

// --model, --numerics and --threads, the same in every command that loads a model.
struct ModelOptions {
  std::string dir;
  ComputeSection compute;
  std::string numerics;
};
void add_model_options(CLI::App& app, ModelOptions& options);
// After parsing: ConfigError for an unknown numerics name.
ModelSession open_model(ModelOptions options);

}  // namespace kedge
