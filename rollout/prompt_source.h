// Where prompts come from: a JSONL file with column mapping, or a procedural task.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/records.h"
#include "core/stateful.h"

namespace kedge {

// One drawing of a prompt. `visit` counts how often this prompt was drawn before (law 5); it
// travels in the order and in the checkpoint.
struct PromptVisit {
  std::shared_ptr<const Prompt> prompt;
  uint32_t visit = 0;
};

// What the policy for too long prompts did so far (data.*.too_long).
struct SourceCounts {
  int64_t too_long_dropped = 0;
  int64_t too_long_truncated = 0;
};

// Thread rule: one thread. Stateful: position, epoch and visits continue after a resume.
class PromptSource : public Stateful {
 public:
  // The next `count` prompts in shuffled order; fewer only when the configured epochs are used up.
  virtual std::vector<PromptVisit> draw(int count) = 0;
  // The first `count` prompts in source order with visit 0: the fixed evaluation set. Moves
  // nothing.
  virtual std::vector<PromptVisit> fixed(int count) const = 0;
  // Number of prompts, nullopt for a source without end.
  virtual std::optional<uint64_t> size() const = 0;
  virtual SourceCounts counts() const { return {}; }
};

// A supervised example: a prompt and the completion to imitate, already tokenised (ends in a stop
// id).
struct Demonstration {
  std::shared_ptr<const Prompt> prompt;
  std::string completion;
  std::vector<Token> completion_tokens;
};

class DemonstrationSource : public Stateful {
 public:
  virtual std::vector<Demonstration> draw(int count) = 0;
  virtual std::optional<uint64_t> size() const = 0;
  virtual SourceCounts counts() const { return {}; }
};

}  // namespace kedge
