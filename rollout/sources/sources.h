// Makes prompt and demonstration sources from a SourceConfig: the table of what a source can be.
#pragma once
#include <memory>

#include "model/tokenizer/tokenizer.h"
#include "rollout/config.h"
#include "rollout/prompt_source.h"

namespace kedge {

// Which side of a task's prompts (tasks/task.h). Files have no sides: whoever wrote them split
// them.
enum class Side { train, held_out };

// Borrows the tokenizer.
struct SourceOptions {
  const Tokenizer& tokenizer;
  uint64_t seed = 0;       // run.seed; SourceConfig::seed goes first
  int32_t max_tokens = 0;  // of a prompt, or of prompt and completion of a demonstration together
  Side side = Side::train;
};

// `path` is the config path of the source ("data.train") for errors: no source given, missing,
// empty or broken files, missing columns, prompts too long where that is an error.
std::unique_ptr<PromptSource> make_prompt_source(const SourceConfig& config,
                                                 const SourceOptions& options,
                                                 const std::string& path);

// Completions are tokenised without the post-processor's specials and end in `eos`.
std::unique_ptr<DemonstrationSource> make_demonstration_source(const SourceConfig& config,
                                                               const SourceOptions& options,
                                                               Token eos, const std::string& path);

}  // namespace kedge
