#include "model/config.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/error.h"

namespace kedge {
namespace {

json read_json(const std::string& path) {
  std::ifstream in(std::string(KEDGE_SOURCE_DIR) + "/" + path);
  return json::parse(in);
}

json llama() {
  return read_json("tests/support/stories260K/config.json");
}

std::string error_of(const json& config) {
  try {
    parse_model_config(config, "config.json");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(ModelConfig, ReadsLlamaOldSpelling) {
  const ModelConfig config = parse_model_config(llama(), "config.json");
  EXPECT_EQ(config.family, "llama");
  EXPECT_EQ(config.hidden, 64);
  EXPECT_EQ(config.layers, 5);
  EXPECT_EQ(config.heads, 8);
  EXPECT_EQ(config.kv_heads, 4);
  EXPECT_EQ(config.head_dim, 8);
  EXPECT_EQ(config.intermediate, 172);
  EXPECT_EQ(config.vocab, 512);
  EXPECT_TRUE(config.tied);
  EXPECT_FALSE(config.qkv_bias);
  EXPECT_DOUBLE_EQ(config.rms_eps, 1e-5);
  EXPECT_FALSE(config.rope_scaling.has_value());
  EXPECT_EQ(config.eos_ids, std::vector<Token>({2}));
  EXPECT_EQ(config.bos_id, 1);
  // 512*64 + 5 * (2*64 + 64*64*2 + 2*32*64 + 3*172*64) + 64
  EXPECT_EQ(config.num_parameters(), 32768 + 5 * (128 + 8192 + 4096 + 33024) + 64);
}

TEST(ModelConfig, ReadsEveryGoldenFamily) {
  const ModelConfig llama3 =
      parse_model_config(read_json("tests/golden/models/llama3_scaled/config.json"), "c");
  ASSERT_TRUE(llama3.rope_scaling.has_value());
  EXPECT_DOUBLE_EQ(llama3.rope_theta, 500000.0);
  EXPECT_DOUBLE_EQ(llama3.rope_scaling->factor, 8.0);
  EXPECT_EQ(llama3.rope_scaling->original_max_position, 64);
  const ModelConfig untied =
      parse_model_config(read_json("tests/golden/models/llama_untied/config.json"), "c");
  EXPECT_FALSE(untied.tied);
  EXPECT_DOUBLE_EQ(untied.rope_theta, 10000.0);
  const ModelConfig qwen2 =
      parse_model_config(read_json("tests/golden/models/qwen2_tied/config.json"), "c");
  EXPECT_TRUE(qwen2.qkv_bias);
  EXPECT_FALSE(qwen2.qk_norm);
  EXPECT_EQ(qwen2.head_dim, 16);
  const ModelConfig qwen3 =
      parse_model_config(read_json("tests/golden/models/qwen3_head32/config.json"), "c");
  EXPECT_TRUE(qwen3.qk_norm);
  EXPECT_FALSE(qwen3.qkv_bias);
  EXPECT_EQ(qwen3.head_dim, 32);
  EXPECT_DOUBLE_EQ(qwen3.rope_theta, 1e6);
}

TEST(ModelConfig, BothRopeSpellingsMeanTheSame) {
  json old_spelling = read_json("tests/golden/models/llama3_scaled/config.json");
  const ModelConfig modern = parse_model_config(old_spelling, "c");
  json rope = old_spelling["rope_parameters"];
  old_spelling.erase("rope_parameters");
  old_spelling["rope_theta"] = rope["rope_theta"];
  rope.erase("rope_theta");
  rope["type"] = rope["rope_type"];
  rope.erase("rope_type");
  old_spelling["rope_scaling"] = rope;
  EXPECT_EQ(to_json(parse_model_config(old_spelling, "c")), to_json(modern));
  old_spelling["rope_parameters"] = {{"rope_type", "default"}, {"rope_theta", 10000.0}};
  EXPECT_NE(error_of(old_spelling).find("rope_theta"), std::string::npos);
}

TEST(ModelConfig, WritesWhatItReads) {
  for (const char* name : {"llama3_scaled", "llama_untied", "qwen2_tied", "qwen3_head32"}) {
    const json file = read_json(std::string("tests/golden/models/") + name + "/config.json");
    const ModelConfig config = parse_model_config(file, "c");
    const json written = to_json(config);
    EXPECT_EQ(to_json(parse_model_config(written, "written")), written) << name;
    EXPECT_EQ(written["architectures"], file["architectures"]) << name;
    EXPECT_EQ(parse_model_config(written, "written").num_parameters(), config.num_parameters());
  }
}

TEST(ModelConfig, FamilyDefaultsFillAbsentFields) {
  json config = llama();
  for (const char* key : {"head_dim", "num_key_value_heads", "rope_theta", "tie_word_embeddings",
                          "rms_norm_eps", "eos_token_id"}) {
    config.erase(key);
  }
  const ModelConfig parsed = parse_model_config(config, "c");
  EXPECT_EQ(parsed.head_dim, 8);
  EXPECT_EQ(parsed.kv_heads, 8);
  EXPECT_FALSE(parsed.tied);
  EXPECT_TRUE(parsed.eos_ids.empty());
  config["model_type"] = "qwen3";
  config["num_key_value_heads"] = 4;
  EXPECT_EQ(parse_model_config(config, "c").head_dim, 128);
}

TEST(ModelConfig, InactiveSlidingWindowIsAccepted) {
  json config = read_json("tests/golden/models/qwen2_tied/config.json");
  config.erase("layer_types");
  config["sliding_window"] = 128;
  EXPECT_EQ(error_of(config), "");  // use_sliding_window is false
  config["use_sliding_window"] = true;
  EXPECT_EQ(error_of(config), "");  // 28 layers come first
  config["max_window_layers"] = 5;
  EXPECT_NE(error_of(config).find("config.json: sliding_window"), std::string::npos);
  config["use_sliding_window"] = false;
  config["layer_types"] = {"full_attention", "sliding_attention"};
  EXPECT_NE(error_of(config).find("layer_types"), std::string::npos);
}

struct Refusal {
  const char* key;
  json value;
  const char* part;  // of the message
};

TEST(ModelConfig, RefusesByName) {
  const std::vector<Refusal> refusals = {
      {"model_type", "lama", "did you mean 'llama'"},
      {"model_type", "gpt2", "valid: llama, qwen2, qwen3"},
      {"model_type", 3, "model_type: found 3"},
      {"mlp_bias", true, "mlp_bias"},
      {"attention_bias", true, "attention_bias"},
      {"hidden_act", "gelu", "hidden_act: found \"gelu\""},
      {"hidden_size", "64", "hidden_size: found \"64\""},
      {"hidden_size", 0, "hidden_size: found 0"},
      {"hidden_size", -64, "hidden_size: found -64"},
      {"num_key_value_heads", 3, "a divisor of num_attention_heads, 8"},
      {"num_attention_heads", 6.5, "num_attention_heads"},
      {"head_dim", 7, "an even number"},
      {"vocab_size", 1e18, "vocab_size"},
      {"vocab_size", 0x7fffffffffffffff, "vocab_size"},
      {"rms_norm_eps", 0, "rms_norm_eps"},
      {"rope_theta", "big", "rope_theta"},
      {"rope_scaling", {{"type", "linear"}, {"factor", 2.0}}, "rope_scaling: rope_type"},
      {"rope_scaling", {{"rope_type", "yarn"}}, "default, llama3"},
      {"rope_scaling", {{"rope_type", "llama3"}}, "'factor' is missing"},
      {"rope_scaling", {{"rope_type", "default"}, {"mrope_section", {1, 2}}}, "mrope_section"},
      {"rope_scaling", "fast", "rope_scaling"},
      {"rope_parameters", {{"partial_rotary_factor", 0.5}}, "partial_rotary_factor"},
      {"quantization_config", {{"bits", 4}}, "quantization_config"},
      {"eos_token_id", 512, "token ids from 0 to 511"},
      {"eos_token_id", "</s>", "eos_token_id"},
      {"tie_word_embeddings", "yes", "tie_word_embeddings"},
  };
  for (const Refusal& refusal : refusals) {
    json config = llama();
    config[refusal.key] = refusal.value;
    const std::string error = error_of(config);
    EXPECT_NE(error.find(refusal.part), std::string::npos) << refusal.key << ": " << error;
    EXPECT_EQ(error.rfind("config.json: ", 0), 0u) << error;
  }
  for (const char* key : {"model_type", "hidden_size", "num_hidden_layers", "num_attention_heads",
                          "intermediate_size", "vocab_size"}) {
    json config = llama();
    config.erase(key);
    EXPECT_NE(error_of(config).find(std::string("'") + key + "' is missing"), std::string::npos);
  }
  EXPECT_NE(error_of(json::array()), "");
}

TEST(ModelConfig, LlamaScalingNeedsABand) {
  json config = read_json("tests/golden/models/llama3_scaled/config.json");
  config["rope_parameters"]["high_freq_factor"] = 1.0;
  EXPECT_NE(error_of(config).find("more than low_freq_factor"), std::string::npos);
}

TEST(ModelConfig, EosListIsKeptInOrder) {
  json config = llama();
  config["eos_token_id"] = {7, 2};
  const ModelConfig parsed = parse_model_config(config, "c");
  EXPECT_EQ(parsed.eos_ids, std::vector<Token>({7, 2}));
  EXPECT_EQ(to_json(parsed)["eos_token_id"], json({7, 2}));
}

}  // namespace
}  // namespace kedge
