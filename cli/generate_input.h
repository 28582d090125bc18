// Prompts of `kedge generate` and rows of `kedge score`, read from JSON lines.
#pragma once
#include <string>
#include <vector>

#include "core/records.h"
#include "model/config.h"
#include "model/tokenizer/tokenizer.h"

namespace kedge {

struct GenerateInput {
  std::string place;  // "file:line" or "--prompt"
  std::string text;   // empty for a prompt given as ids
  std::vector<Token> ids;
};

GenerateInput text_input(const std::string& text, const Tokenizer& tokenizer);
// Lines {"prompt": text} or {"prompt_ids": [...]}.
std::vector<GenerateInput> read_inputs(const std::string& file, const Tokenizer& tokenizer);
// ConfigError when empty, too long for the context, or an id is outside the vocabulary.
void check_input(const GenerateInput& input, const ModelConfig& config);

struct ScoreInput {
  std::string place;
  std::vector<Token> ids;
  int32_t prompt_tokens = 0;
};
// Lines {"input_ids": [...], "prompt_tokens": n} or {"prompt": text, "completion": text}.
std::vector<ScoreInput> read_score_inputs(const std::string& file, const Tokenizer& tokenizer,
                                          const ModelConfig& config);

}  // namespace kedge
