// Shape of a Llama-like decoder, read from and written to a Hugging Face config.json.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/records.h"

namespace kedge {

// rope_type llama3 (Llama 3.1): low frequencies are divided by `factor`, with a smooth band
// between.
struct RopeScaling {
  double factor = 1.0;
  double low_freq_factor = 1.0;
  double high_freq_factor = 4.0;
  int64_t original_max_position = 8192;
};

struct ModelConfig {
  std::string family;        // "llama", "qwen2", "qwen3": entry of the family table
  int64_t hidden = 0;        // E
  int64_t layers = 0;        // L
  int64_t heads = 0;         // H
  int64_t kv_heads = 0;      // K
  int64_t head_dim = 0;      // D
  int64_t intermediate = 0;  // F
  int64_t vocab = 0;         // V
  int64_t max_position = 0;
  double rms_eps = 1e-6;
  double rope_theta = 10000.0;
  std::optional<RopeScaling> rope_scaling;
  bool qkv_bias = false;
  bool qk_norm = false;
  bool tied = false;
  std::vector<Token> eos_ids;  // of config.json; generation_config.json overrides
  std::optional<Token> bos_id;

  int64_t q_size() const { return heads * head_dim; }
  int64_t kv_size() const { return kv_heads * head_dim; }
  int64_t qkv_size() const { return q_size() + 2 * kv_size(); }
  int64_t num_parameters() const;
};

// `where` names the file in errors. Unknown family, an active feature we do not compute (sliding
// window, other rope types, MLP bias, other activations) and impossible shapes are ConfigErrors.
ModelConfig parse_model_config(const nlohmann::json& config, const std::string& where);
// An id, a list of ids or null, each inside the vocabulary; `place` names file and key in errors.
std::vector<Token> parse_token_ids(const nlohmann::json& value, int64_t vocab,
                                   const std::string& place);
// A config.json that transformers reads back to the same model.
nlohmann::json to_json(const ModelConfig& config);

}  // namespace kedge
