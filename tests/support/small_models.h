// Small models, forests and contexts for the tests of model/ and of what stands on it.
#pragma once
#include <span>
#include <vector>

#include "core/rng.h"
#include "model/config.h"
#include "model/context.h"
#include "model/layout.h"
#include "model/parameters.h"

namespace kedge::test {

// Threads and scratch of one test.
struct Machine {
  explicit Machine(int threads = 1) : pool(threads) {}
  ThreadPool pool;
  Arena scratch;
  Context context{pool, scratch};
};

// A decoder of a few thousand parameters. family: llama, qwen2 (bias) or qwen3 (q/k norm).
inline ModelConfig small_config(const std::string& family = "llama", bool tied = true) {
  ModelConfig config;
  config.family = family;
  config.hidden = 16;
  config.layers = 2;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 8;
  config.intermediate = 24;
  config.vocab = 29;
  config.max_position = 64;
  config.qkv_bias = family == "qwen2";
  config.qk_norm = family == "qwen3";
  config.tied = tied;
  return config;
}

// Weights large enough that every part of the model matters to the result.
inline void randomize(Parameters& parameters, uint64_t seed, float scale = 0.3f) {
  uint64_t salt = 0;
  for (const NamedTensor& tensor : parameters.tensors()) {
    float* data = parameters.view(tensor).f32();
    const bool norm = tensor.name.find("norm") != std::string::npos;
    for (int64_t i = 0; i < tensor.numel(); ++i) {
      const double u = random_uniform(seed, {Purpose::init, salt, 0, 0, static_cast<uint64_t>(i)});
      data[i] = static_cast<float>((norm ? 1.0 : 0.0) + (2.0 * u - 1.0) * scale);
    }
    ++salt;
  }
}

inline std::vector<Token> random_tokens(int64_t count, int64_t vocab, uint64_t salt) {
  std::vector<Token> tokens(count);
  for (int64_t i = 0; i < count; ++i) {
    const RandomAddress at{Purpose::task, salt, 1, 0, static_cast<uint64_t>(i)};
    tokens[i] = static_cast<Token>(random_below(5, at, vocab));
  }
  return tokens;
}

// A random forest: `trees` trees of up to `segments` segments of 1 to `longest` tokens, parents
// anywhere above, so that forks, chains and deep trees all occur.
inline SegmentLayout random_forest(int32_t trees, int32_t segments, int32_t longest,
                                   uint64_t salt) {
  SegmentLayout layout;
  uint64_t draw = 0;
  const auto below = [&](uint64_t n) {
    return static_cast<int32_t>(random_below(3, {Purpose::task, salt, 2, 0, draw++}, n));
  };
  for (int32_t tree = 0; tree < trees; ++tree) {
    const int32_t root = layout.add(1 + below(longest), -1);
    for (int32_t s = 1 + below(segments); s > 1; --s) {
      const auto count = static_cast<int32_t>(layout.segments.size());
      layout.add(1 + below(longest), root + below(count - root));
    }
  }
  return layout;
}

// The packed tokens of a segment's context, ancestors first.
inline std::vector<int32_t> context_indices(const SegmentLayout& layout, int32_t segment) {
  std::vector<int32_t> tokens;
  for (const int32_t s : layout.lineage(segment)) {
    for (int32_t t = layout.segments[s].begin; t < layout.segments[s].end; ++t) tokens.push_back(t);
  }
  return tokens;
}

}  // namespace kedge::test
