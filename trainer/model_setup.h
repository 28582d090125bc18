// From the section `model:` to a model: its shape, tokenizer and first weights.
#pragma once
#include <memory>
#include <string>

#include "core/files.h"
#include "model/config.h"
#include "model/parameters.h"
#include "model/tokenizer/tokenizer.h"
#include "trainer/config.h"

namespace kedge {

// The tokenizer of a run: of model.tokenizer, else of model.path. "bytes" holds one token per byte
// and the special tokens of the training task, the first of which ends a sequence.
std::unique_ptr<Tokenizer> load_run_tokenizer(const RunConfig& config);

// Shape of the model, no weights read. A new model's vocabulary is the tokenizer's unless set; a
// vocabulary smaller than the tokenizer's is a ConfigError. A model without end-of-sequence token
// is one too: nothing could stop an answer.
ModelConfig load_run_model_config(const RunConfig& config, const Tokenizer& tokenizer);

// Weights of model.path, or random ones addressed by run.seed; set policy, version 0. The caller
// refreshes.
void load_initial_weights(const RunConfig& config, Parameters& parameters);

// Writes tokenizer files into a checkpoint so that other tools read it: those of the directory the
// tokenizer came from, or, for bytes, a tokenizer.json and tokenizer_config.json of its own.
void save_model_dir(FileSystem& files, const RunConfig& config, const Tokenizer& tokenizer,
                    const Parameters& parameters, const std::string& dir);

}  // namespace kedge
