// Procedural tasks: prompts without end, each a pure function of seed and ordinal, with the answer
// and with imperfect demonstrations for a base model. `sums` is the smallest one to copy.
//
// Train and held-out prompts never meet: a hash of the prompt's text decides which side it is on,
// for supervised and reinforcement learning alike.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/config_node.h"
#include "core/json.h"
#include "core/registry.h"
#include "core/schema.h"

namespace kedge {

struct TaskPrompt {
  std::string text;
  std::string answer;             // what a perfect answer ends in
  json columns = json::object();  // what rewards read besides
};

// Thread rule: const, any number of threads.
class Task {
 public:
  virtual ~Task() = default;
  // The prompt number `ordinal`, of either side.
  virtual TaskPrompt make(uint64_t seed, uint64_t ordinal) const = 0;
  // A completion to imitate for make(seed, ordinal), without end-of-sequence token. Wrong now and
  // then on purpose, so that reinforcement learning has something to do.
  virtual std::string demonstrate(const TaskPrompt& prompt, uint64_t seed,
                                  uint64_t ordinal) const = 0;
  // What a tokenizer made for this task holds besides bytes. The first one ends a sequence.
  virtual std::vector<std::string> special_tokens() const { return {"<eos>", "<pad>"}; }
};

// `create` binds the task's own settings (ConfigError at `path`); keys it does not know are
// refused.
struct TaskEntry {
  std::string name;
  std::string doc;
  std::unique_ptr<Task> (*create)(const ConfigNode& settings, const std::string& path);
  std::vector<FieldDoc> (*describe)();
};

const std::vector<TaskEntry>& task_table();

// One prompt in eight, by FNV-1a over the text, mixed.
bool is_held_out(std::string_view prompt_text);

}  // namespace kedge
