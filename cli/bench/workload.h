// The model and the prompts that benchmarks run on: those of scripts/peers/trl_grpo.py, as an
// ordinary run of `kedge train` in a directory of its own.
#pragma once
#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "model/tokenizer/tokenizer.h"
#include "trainer/config.h"

namespace kedge {

// Qwen2 shapes, tied embeddings, biases on q, k and v.
struct BenchSize {
  std::string name;
  int64_t hidden = 0;
  int64_t layers = 0;
  int64_t heads = 0;
  int64_t kv_heads = 0;
  int64_t intermediate = 0;
  int64_t vocab = 0;
};
const std::vector<BenchSize>& bench_sizes();           // tiny, small, 100m
const BenchSize& bench_size(const std::string& name);  // ConfigError with the nearest name

// What the commands share of their command lines.
struct BenchOptions {
  std::string size = "100m";
  std::string model;  // a model directory instead of a size
  std::string numerics = "exact";
  bool bf16 = false;
  int threads = 0;
};
void add_bench_options(CLI::App& app, BenchOptions& options);

struct StepShape {
  int32_t prompts = 8;
  int32_t samples = 8;
  int32_t prompt_tokens = 32;
  int32_t new_tokens = 64;
  int64_t steps = 4;
};

// Token j of prompt i is (7 i + 3 j) mod (vocab - 8) + 4.
std::vector<Token> bench_prompt(int64_t prompt, int32_t tokens, int64_t vocab);

// One character per token, no merges, so that any prompt of ids is a text and any vocabulary size
// can be had. Id 1 ends a sequence.
json bench_tokenizer(int64_t vocab);

// A directory with tokenizer, prompts and, from bench_config on, bench.yaml: a temporary one that is
// gone with the object, or `kept`, which stays.
class BenchDirectory {
 public:
  BenchDirectory(const BenchSize& size, int32_t prompt_tokens, const std::string& kept = "");
  ~BenchDirectory();
  BenchDirectory(const BenchDirectory&) = delete;
  BenchDirectory& operator=(const BenchDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool stays_;
};

// GRPO without KL, temperature 1, learning rate 1e-5; the reward is 1 where the last token's id
// lies in the lower half of the vocabulary. `overrides` ("a.b=c") come last. ConfigError for
// numerics or a weight format this build does not have.
RunConfig bench_config(const BenchDirectory& directory, const BenchOptions& options,
                       const StepShape& shape, const std::vector<std::string>& overrides = {});

}  // namespace kedge
