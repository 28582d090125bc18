#include "cli/bench/workload.h"

#include <stdlib.h>

#include <filesystem>

#include "core/error.h"
#include "core/files.h"
#include "core/registry.h"
#include "core/text.h"

namespace kedge {
namespace {

constexpr int64_t kMaxPosition = 4096;
constexpr int64_t kPrompts = 64;         // as many as the peer's data set holds
constexpr char32_t kFirstWord = 0x4E00;  // a block of 20,992 characters in one piece

std::string word(int64_t id) {
  std::string text;
  append_utf8(kFirstWord + static_cast<char32_t>(id), text);
  return text;
}

std::string prompt_lines(int64_t vocab, int32_t tokens) {
  std::string lines;
  for (int64_t i = 0; i < kPrompts; ++i) {
    std::string text;
    for (const Token id : bench_prompt(i, tokens, vocab)) text += word(id);
    lines += json{{"prompt", text}}.dump() + "\n";
  }
  return lines;
}

ordered_json model_section(const BenchDirectory& directory, const BenchOptions& options) {
  ordered_json section;
  if (!options.model.empty()) {
    section["path"] = options.model;
    return section;
  }
  const BenchSize& size = bench_size(options.size);
  section["new"] = {
      {"family", "qwen2"},   {"hidden", size.hidden},        {"layers", size.layers},
      {"heads", size.heads}, {"kv_heads", size.kv_heads},    {"intermediate", size.intermediate},
      {"vocab", size.vocab}, {"max_position", kMaxPosition}, {"tied", true}};
  section["tokenizer"] = directory.path();
  return section;
}

ordered_json run_values(const BenchDirectory& directory, const BenchOptions& options,
                        const StepShape& shape) {
  const int64_t vocab = bench_size(options.size).vocab;
  const std::string lower_half = "[" + word(0) + "-" + word(vocab / 2 - 1) + "]$";
  ordered_json values;
  values["run"] = {{"name", "bench"}, {"dir", path_join(directory.path(), "run")}};
  values["model"] = model_section(directory, options);
  values["data"]["train"] = {{"file", path_join(directory.path(), "prompts.jsonl")},
                             {"shuffle", false}};
  values["rollout"] = {{"prompts_per_step", shape.prompts},
                       {"samples_per_prompt", shape.samples},
                       {"max_new_tokens", shape.new_tokens},
                       {"temperature", 1.0},
                       {"slots", shape.prompts * shape.samples}};
  values["rewards"] = ordered_json::array(
      {{{"name", "regex_match"}, {"pattern", lower_half}, {"mode", "search"}, {"metric", true}}});
  values["algorithm"]["preset"] = "grpo";
  values["algorithm"]["kl"]["coef"] = 0;
  values["optimizer"] = {{"learning_rate", 1e-5}, {"grad_clip_norm", 1.0}};
  values["train"] = {{"steps", shape.steps}};
  values["compute"] = {{"numerics", options.numerics},
                       {"weights", options.bf16 ? "bf16" : "fp32"},
                       {"threads", options.threads}};
  return values;
}

}  // namespace

const std::vector<BenchSize>& bench_sizes() {
  static const std::vector<BenchSize> sizes = {
      {"tiny", 128, 4, 4, 2, 512, 128},
      {"small", 256, 6, 4, 2, 1024, 1024},
      {"100m", 768, 12, 12, 4, 2560, 16384},
  };
  return sizes;
}

const BenchSize& bench_size(const std::string& name) {
  return find_entry("size", bench_sizes(), name, "--size");
}

void add_bench_options(CLI::App& app, BenchOptions& options) {
  app.add_option("--size", options.size, "tiny (1.0 M parameters), small (6.2 M) or 100m (102 M)")
      ->capture_default_str();
  app.add_option("--numerics", options.numerics, "exact, aten or reference")->capture_default_str();
  app.add_flag("--bf16", options.bf16, "weights in bf16");
  app.add_option("--threads", options.threads, "compute threads; 0: all cores")
      ->check(CLI::NonNegativeNumber);
}

std::vector<Token> bench_prompt(int64_t prompt, int32_t tokens, int64_t vocab) {
  std::vector<Token> ids;
  for (int32_t j = 0; j < tokens; ++j) {
    ids.push_back(static_cast<Token>((7 * prompt + 3 * j) % (vocab - 8) + 4));
  }
  return ids;
}

json bench_tokenizer(int64_t vocab) {
  json words = json::object();
  for (int64_t id = 0; id < vocab; ++id) words[word(id)] = id;
  return {{"version", "1.0"},
          {"added_tokens", json::array()},
          {"model", {{"type", "BPE"}, {"vocab", words}, {"merges", json::array()}}}};
}

BenchDirectory::BenchDirectory(const BenchSize& size, int32_t prompt_tokens,
                               const std::string& kept)
    : path_(kept.empty() ? (std::filesystem::temp_directory_path() / "kedge_bench_XXXXXX").string()
                         : std::filesystem::absolute(kept).lexically_normal().string()),
      stays_(!kept.empty()) {
  if (stays_) {
    real_files().make_directories(path_);
  } else {
    KEDGE_CHECK(::mkdtemp(path_.data()) != nullptr, "[bench] no directory ", path_);
  }
  FileSystem& files = real_files();
  files.write_atomic(path_join(path_, "tokenizer.json"), bench_tokenizer(size.vocab).dump());
  files.write_atomic(path_join(path_, "tokenizer_config.json"),
                     json{{"eos_token", word(1)}}.dump());
  files.write_atomic(path_join(path_, "prompts.jsonl"), prompt_lines(size.vocab, prompt_tokens));
}

BenchDirectory::~BenchDirectory() {
  if (stays_) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

RunConfig bench_config(const BenchDirectory& directory, const BenchOptions& options,
                       const StepShape& shape, const std::vector<std::string>& overrides) {
  const std::string file = path_join(directory.path(), "bench.yaml");
  real_files().write_atomic(file, to_yaml(run_values(directory, options, shape)));
  return load_run_config({file}, overrides);
}

}  // namespace kedge
