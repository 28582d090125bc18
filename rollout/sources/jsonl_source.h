// Prompts and demonstrations from a JSON-lines file, read and tokenised once, at construction.
#pragma once
#include "rollout/sources/sources.h"

namespace kedge {

// Errors as in sources.h. All prompts too long: ConfigError.
std::unique_ptr<PromptSource> jsonl_prompt_source(const SourceConfig& config,
                                                  const SourceOptions& options,
                                                  const std::string& path);
// A demonstration that does not fit max_tokens loses the left of its prompt under truncate_left
// and is dropped where even that does not help.
std::unique_ptr<DemonstrationSource> jsonl_demonstration_source(const SourceConfig& config,
                                                                const SourceOptions& options,
                                                                Token eos, const std::string& path);

}  // namespace kedge
