// Whole runs of a few seconds at most: a tiny model on the task sums.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/files.h"
#include "core/json.h"
#include "trainer/config.h"
#include "trainer/run.h"

namespace kedge::testing {

// A directory of its own, removed at the end.
class TempDir {
 public:
  explicit TempDir(const std::string& name)
      : path_((std::filesystem::temp_directory_path() /
               ("kedge_" + name + "_" + std::to_string(::getpid())))
                  .string()) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The settings of a tiny run, but for its directory.
constexpr const char* kTinyRun = R"(
run: {name: tiny, seed: 5}
model:
  new: {hidden: 16, layers: 2, heads: 2, kv_heads: 1, intermediate: 24, max_position: 64}
  tokenizer: bytes
data: {train: {task: sums}, eval: {task: sums, prompts: 6}}
rollout: {prompts_per_step: 4, samples_per_prompt: 3, max_new_tokens: 8, slots: 5}
rewards: [{name: exact_answer, metric: true}, {name: regex_match, weight: 0.5, pattern: "(?s).*[0-9A-F].*"}]
optimizer: {learning_rate: 1.0e-3, warmup_steps: 1}
train: {steps: 4, eval_every_steps: 2, tokens_per_microbatch: 100}
sft: {demonstrations_per_step: 8}
compute: {threads: 1}
)";

inline RunConfig tiny_run(const std::string& dir, const std::vector<std::string>& overrides = {},
                          const std::string& numerics = "reference") {
  const std::string file = dir + ".yaml";
  real_files().write_atomic(file, kTinyRun);
  std::vector<std::string> all = {"run.dir=" + dir, "compute.numerics=" + numerics};
  all.insert(all.end(), overrides.begin(), overrides.end());
  return load_run_config({file}, all);
}

// Lines of a run's metrics.jsonl without what may differ between two runs.
inline std::vector<json> steady_metrics(const std::string& dir) {
  std::vector<json> lines;
  for_each_json_line(real_files().read(dir + "/metrics.jsonl"), "metrics.jsonl",
                     [&](const json& line, const std::string&) {
                       json kept = json::object();
                       for (const auto& [name, value] : line.items()) {
                         if (name.starts_with("timing_s/") || name.starts_with("perf/")) continue;
                         kept[name] = value;
                       }
                       lines.push_back(kept);
                     });
  return lines;
}

}  // namespace kedge::testing
