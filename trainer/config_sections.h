// The sections of a run's configuration that belong to no sub-folder: where the run lives, which
// model, how it trains, on what it computes, where its ranks stand. trainer/config.h composes them.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/schema_bounds.h"
#include "model/ops.h"

namespace kedge {

struct RunSection {
  std::string name = "run";
  uint64_t seed = 7;
  std::string dir;  // empty: runs/<name>
};

// A model made from scratch with random weights.
struct NewModelSection {
  std::string family = "llama";
  int64_t hidden = 128;
  int64_t layers = 4;
  int64_t heads = 4;
  int64_t kv_heads = 2;
  int64_t head_dim = 0;  // 0: hidden / heads
  int64_t intermediate = 384;
  int64_t vocab = 0;  // 0: as large as the tokenizer
  int64_t max_position = 512;
  double rms_eps = 1e-6;
  double rope_theta = 10000.0;
  bool tied = true;
  // Heads must divide what they share.
  void check(const std::string& path) const;
};

struct ModelSection {
  std::string path;                      // a Hugging Face directory
  std::optional<NewModelSection> fresh;  // key `new`
  std::string tokenizer;                 // "": of `path`; "bytes"; or a directory
  // Exactly one of path and new; a new model needs a tokenizer.
  void check(const std::string& path_in_config) const;
};

enum class RecomputeMode { none, blocks };
enum class ComputeDevice { cpu };
enum class Numerics { exact, aten, reference };
enum class PlacementMode { colocated, disaggregated };
std::span<const std::string_view> enum_names(RecomputeMode);
std::span<const std::string_view> enum_names(ComputeDevice);
std::span<const std::string_view> enum_names(Numerics);
std::span<const std::string_view> enum_names(WeightFormat);
std::span<const std::string_view> enum_names(PlacementMode);

struct TrainSection {
  int64_t steps = 100;
  int32_t minibatches_per_batch = 1;
  int32_t passes_per_batch = 1;
  int64_t tokens_per_microbatch = 16384;
  bool split_groups = false;
  RecomputeMode recompute = RecomputeMode::none;
  int64_t eval_every_steps = 0;
  int32_t eval_samples_per_prompt = 1;
  std::optional<double> eval_temperature;
  int64_t checkpoint_every_steps = 0;
  int32_t keep_checkpoints = 0;
  int32_t max_skipped_updates = 5;
  int32_t log_samples_per_step = 2;
};

struct SftSection {
  int32_t demonstrations_per_step = 64;
};

struct ComputeSection {
  ComputeDevice device = ComputeDevice::cpu;
  Numerics numerics = Numerics::exact;
  WeightFormat weights = WeightFormat::fp32;
  int32_t threads = 0;
  // bf16 weights are a form of the exact operators.
  void check(const std::string& path) const;
};

struct PlacementSection {
  PlacementMode mode = PlacementMode::colocated;
  int32_t learner_ranks = 1;
  int32_t staleness = 0;
  void check(const std::string& path) const;
};

template <class V>
void visit(V& v, RunSection& c) {
  v.field("name", c.name, "name of the run", not_empty());
  v.field("seed", c.seed, "key of every random draw of the run");
  v.field("dir", c.dir, "run directory; empty: runs/<name>");
}

template <class V>
void visit(V& v, NewModelSection& c) {
  v.field("family", c.family, "entry of the family table: llama, qwen2, qwen3");
  v.field("hidden", c.hidden, "model dimension", positive());
  v.field("layers", c.layers, "number of blocks", positive());
  v.field("heads", c.heads, "query heads", positive());
  v.field("kv_heads", c.kv_heads, "key/value heads", positive());
  v.field("head_dim", c.head_dim, "dimension of a head; 0: hidden / heads", at_least(0));
  v.field("intermediate", c.intermediate, "MLP dimension", positive());
  v.field("vocab", c.vocab, "rows of the embedding; 0: as many as the tokenizer has ids",
          at_least(0));
  v.field("max_position", c.max_position, "longest context, tokens", positive());
  v.field("rms_eps", c.rms_eps, "added to the mean square in norms", positive());
  v.field("rope_theta", c.rope_theta, "base of the rotary frequencies", positive());
  v.field("tied", c.tied, "head and embedding share one matrix");
}

template <class V>
void visit(V& v, ModelSection& c) {
  v.field("path", c.path, "Hugging Face directory of a Llama, Qwen2 or Qwen3 model");
  v.field("new", c.fresh, "shape of a model with random weights, instead of path");
  v.field("tokenizer", c.tokenizer,
          "bytes (one token per byte), a directory with tokenizer.json, or empty: that of path");
}

template <class V>
void visit(V& v, TrainSection& c) {
  v.field("steps", c.steps, "steps of the run; a step is one rollout batch", at_least(0));
  v.field("minibatches_per_batch", c.minibatches_per_batch,
          "updates one pass over a rollout batch is cut into", positive());
  v.field("passes_per_batch", c.passes_per_batch, "passes over a rollout batch", positive());
  v.field("tokens_per_microbatch", c.tokens_per_microbatch,
          "tokens of one forward and backward aimed at; a larger group runs alone", positive());
  v.field("split_groups", c.split_groups,
          "cut groups larger than tokens_per_microbatch at trajectory borders; bits then depend on "
          "the cut");
  v.field("recompute", c.recompute, "what backward computes again to save memory");
  v.field("eval_every_steps", c.eval_every_steps, "0: no evaluation", at_least(0));
  v.field("eval_samples_per_prompt", c.eval_samples_per_prompt, "samples per evaluation prompt",
          positive());
  v.field("eval_temperature", c.eval_temperature, "null: that of rollout; 0: greedy", at_least(0));
  v.field("checkpoint_every_steps", c.checkpoint_every_steps, "0: only after the last step",
          at_least(0));
  v.field("keep_checkpoints", c.keep_checkpoints, "newest checkpoints kept; 0: all", at_least(0));
  v.field("max_skipped_updates", c.max_skipped_updates,
          "updates in a row that may be skipped for non-finite numbers before the run stops",
          at_least(0));
  v.field("log_samples_per_step", c.log_samples_per_step, "answers per step put into samples.jsonl",
          at_least(0));
}

template <class V>
void visit(V& v, SftSection& c) {
  v.field("demonstrations_per_step", c.demonstrations_per_step, "demonstrations of one update",
          positive());
}

template <class V>
void visit(V& v, ComputeSection& c) {
  v.field("device", c.device, "where operators run");
  v.field("numerics", c.numerics, "operators: own exact kernels, LibTorch, or clear loops");
  v.field("weights", c.weights, "format the forward reads weights in");
  v.field("threads", c.threads, "compute threads; 0: every core this process may use", at_least(0));
}

template <class V>
void visit(V& v, PlacementSection& c) {
  v.field("mode", c.mode, "learner and rollout on the same ranks, or on separate ones");
  v.field("learner_ranks", c.learner_ranks, "ranks that learn when disaggregated", positive());
  v.field("staleness", c.staleness, "versions a trained group may be old", at_least(0));
}

}  // namespace kedge
