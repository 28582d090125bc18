#include "rollout/sources/sources.h"

#include "rollout/sources/jsonl_source.h"
#include "rollout/sources/task_source.h"

namespace kedge {

namespace {

void require_given(const SourceConfig& config, const std::string& path) {
  if (!config.is_given()) {
    throw ConfigError(path, "no source of prompts", "task: NAME or file: PATH");
  }
}

}  // namespace

std::unique_ptr<PromptSource> make_prompt_source(const SourceConfig& config,
                                                 const SourceOptions& options,
                                                 const std::string& path) {
  require_given(config, path);
  return config.task.empty() ? jsonl_prompt_source(config, options, path)
                             : task_prompt_source(config, options, path);
}

std::unique_ptr<DemonstrationSource> make_demonstration_source(const SourceConfig& config,
                                                               const SourceOptions& options,
                                                               Token eos, const std::string& path) {
  require_given(config, path);
  return config.task.empty() ? jsonl_demonstration_source(config, options, eos, path)
                             : task_demonstration_source(config, options, eos, path);
}

}  // namespace kedge
