// From the columns of one item to a tokenised Prompt: template, system text, post-processor's
// specials, and the policy for prompts that are too long.
#pragma once
#include <memory>
#include <optional>

#include "rollout/prompt_source.h"
#include "rollout/sources/prompt_template.h"
#include "rollout/sources/sources.h"

namespace kedge {

// The material of a prompt before it is one.
struct RawPrompt {
  uint64_t ordinal = 0;
  std::string id;
  std::string place;  // for errors: "train.jsonl:17"
  std::string text;   // of the prompt column
  std::string answer;
  json columns = json::object();       // kept with the prompt
  json placeholders = json::object();  // what a template may name
};

class PromptMaker {
 public:
  // Borrows the tokenizer of `options`. A broken template is a ConfigError below `path`.
  PromptMaker(const SourceConfig& config, const SourceOptions& options, const std::string& path);

  // The prompt of at most `max_tokens` tokens; nullptr where it is dropped as too long. The error
  // policy throws a ConfigError with the item's place and both lengths. A prompt without tokens is
  // a ConfigError too.
  std::shared_ptr<const Prompt> make(RawPrompt raw, int32_t max_tokens);
  std::shared_ptr<const Prompt> make(RawPrompt raw) { return make(std::move(raw), max_tokens_); }
  // The completion's ids, `eos` last.
  std::vector<Token> completion(const std::string& text, Token eos) const;

  int32_t max_tokens() const { return max_tokens_; }
  TooLong policy() const { return policy_; }
  const SourceCounts& counts() const { return counts_; }
  void count_dropped() { ++counts_.too_long_dropped; }
  void set_counts(const SourceCounts& counts) { counts_ = counts; }

 private:
  bool fit(Prompt& prompt, const std::string& place, int32_t max_tokens);

  const Tokenizer& tokenizer_;
  std::optional<PromptTemplate> template_;
  std::string system_;
  TooLong policy_;
  int32_t max_tokens_;
  SourceCounts counts_;
};

json save_counts(const SourceCounts& counts);
SourceCounts load_counts(const json& state, const std::string& place);

}  // namespace kedge
