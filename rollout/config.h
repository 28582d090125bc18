// The sections `rollout:` and `data:` of a run's configuration.
//
//   data:
//     train: {task: sums, operands: [3, 6]}
//     eval:  {file: eval.jsonl, columns: {prompt: question}, prompts: 512}
//   rollout: {prompts_per_step: 16, samples_per_prompt: 8, max_new_tokens: 64}
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config_node.h"
#include "core/records.h"
#include "core/schema_bounds.h"

namespace kedge {

// What happens to a prompt that leaves no room for its answer. Every case is counted.
enum class TooLong { drop, truncate_left, error };
std::span<const std::string_view> enum_names(TooLong);

// Which member of a JSON line is what. All other members are kept as columns.
struct ColumnsConfig {
  std::string prompt = "prompt";
  std::string answer;                     // "": the member "answer" of lines that have one
  std::string completion = "completion";  // read by demonstrations only
};

// Exactly one of task and file. The settings of a task stand beside its name.
struct SourceConfig {
  std::string task;
  std::string file;
  ColumnsConfig columns;
  std::string text_template;  // key `template`
  std::string system;
  bool shuffle = true;
  int64_t epochs = 0;
  TooLong too_long = TooLong::drop;
  std::optional<uint64_t> seed;
  ConfigNode settings;  // what the task named reads

  bool is_given() const { return !task.empty() || !file.empty(); }
  // Task and file together, settings of one without the other, unknown tasks and settings:
  // ConfigError. An empty source is allowed here and refused by who needs it.
  void check(const std::string& path) const;
};

struct EvalSourceConfig : SourceConfig {
  int32_t prompts = 256;
};

struct DataConfig {
  SourceConfig train;
  EvalSourceConfig eval;
};

// How a step's groups come about: an entry of the trainer's table of strategies, whose own settings
// stand beside the name.
struct StrategyConfig {
  std::string name = "plain";
  ConfigNode settings;
};

struct RolloutConfig {
  int32_t prompts_per_step = 16;
  int32_t samples_per_prompt = 8;
  int32_t max_new_tokens = 64;
  double temperature = 1.0;
  int32_t top_k = 0;
  double top_p = 1.0;
  double min_p = 0.0;
  std::vector<std::string> stop_strings;
  int32_t slots = 64;
  int32_t kv_blocks = 0;
  int32_t prefill_tokens = 512;
  StrategyConfig strategy;

  // Without stop ids, which belong to the model.
  Sampling sampling() const;
  void check(const std::string& path) const;
};

template <class V>
void visit(V& v, ColumnsConfig& c) {
  v.field("prompt", c.prompt, "member that holds the prompt's text", not_empty());
  v.field("answer", c.answer, "member with the gold answer; empty: `answer` where a line has one");
  v.field("completion", c.completion, "member with the text to imitate (kedge sft)", not_empty());
}

template <class V>
void visit(V& v, SourceConfig& c) {
  v.field("task", c.task, "procedural task that makes the prompts; its settings stand beside it");
  v.field("file", c.file, "JSON lines with one prompt each");
  v.section("columns", c.columns, "which member of a line is what");
  v.field(
      "template", c.text_template,
      "text of the prompt with {column} placeholders ({{ and }} are braces); empty: the prompt");
  v.field("system", c.system, "put before the prompt, followed by an empty line");
  v.field("shuffle", c.shuffle, "another order in every epoch");
  v.field("epochs", c.epochs, "passes over the file; 0: without end", at_least(0));
  v.field("too_long", c.too_long, "prompts that leave no room for an answer");
  v.field("seed", c.seed, "of shuffling and of the task; null: run.seed");
  v.rest(c.settings);
}

template <class V>
void visit(V& v, EvalSourceConfig& c) {
  v.field("prompts", c.prompts, "prompts of the fixed evaluation set, the first of the source",
          positive());
  visit(v, static_cast<SourceConfig&>(c));
}

template <class V>
void visit(V& v, DataConfig& c) {
  v.section("train", c.train, "prompts that are trained on");
  v.section("eval", c.eval, "prompts that are only evaluated");
}

template <class V>
void visit(V& v, StrategyConfig& c) {
  v.field("name", c.name, "how groups are sampled: plain", not_empty());
  v.rest(c.settings);
}

template <class V>
void visit(V& v, RolloutConfig& c) {
  v.field("prompts_per_step", c.prompts_per_step, "groups of a step", positive());
  v.field("samples_per_prompt", c.samples_per_prompt, "answers per group", positive());
  v.field("max_new_tokens", c.max_new_tokens, "sampled tokens of an answer at most", positive());
  v.field("temperature", c.temperature, "divides the logits", positive());
  v.field("top_k", c.top_k, "sample from the k most likely tokens; 0: all", at_least(0));
  v.field("top_p", c.top_p, "sample from the most likely tokens that hold this probability",
          above_up_to(0, 1));
  v.field("min_p", c.min_p, "leave out tokens less likely than this share of the most likely one",
          from_below(0, 1));
  v.field("stop_strings", c.stop_strings, "an answer ends where its text contains one of these");
  v.field("slots", c.slots, "answers decoded together at most; changes speed only", positive());
  v.field("kv_blocks", c.kv_blocks,
          "blocks of 16 tokens of KV memory; 0: enough for all slots; changes speed only",
          at_least(0));
  v.field("prefill_tokens", c.prefill_tokens,
          "prompt tokens computed beside decode per pass; changes speed only", positive());
  v.section("strategy", c.strategy, "rounds of sampling a step is made of");
}

}  // namespace kedge
