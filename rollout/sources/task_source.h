// Prompts and demonstrations of a procedural task: without end, one side of its prompts.
#pragma once
#include "rollout/sources/sources.h"

namespace kedge {

// Errors as in sources.h. A thousand prompts in a row that are too long: ConfigError.
std::unique_ptr<PromptSource> task_prompt_source(const SourceConfig& config,
                                                 const SourceOptions& options,
                                                 const std::string& path);
std::unique_ptr<DemonstrationSource> task_demonstration_source(const SourceConfig& config,
                                                               const SourceOptions& options,
                                                               Token eos, const std::string& path);

}  // namespace kedge
