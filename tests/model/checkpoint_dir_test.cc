#include "model/checkpoint_dir.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "model/safetensors.h"
#include "tests/support/faulty_files.h"
#include "tests/support/temporary_directory.h"

namespace kedge {
namespace {

namespace fs = std::filesystem;

const std::string kGolden = std::string(KEDGE_SOURCE_DIR) + "/tests/golden/models/";
constexpr const char* kNames[] = {"llama3_scaled", "llama_untied", "qwen2_tied", "qwen3_head32"};

class CheckpointDir : public testing::Test {
 protected:
  void copy_model(const std::string& name) const {
    fs::copy(kGolden + name, dir_,
             fs::copy_options::overwrite_existing | fs::copy_options::recursive);
  }
  // Rewrites the weights with `change` applied to the list of tensors.
  template <class Change>
  void rewrite(Change change) const {
    const std::string path = (dir_ / "model.safetensors").string();
    std::vector<std::vector<float>> values;
    std::vector<SafetensorsTensor> tensors;
    {
      const SafetensorsFile file(path);
      for (const SafetensorsEntry& entry : file.entries()) {
        values.emplace_back(static_cast<size_t>(entry.numel()));
        file.read_floats(entry, values.back().data());
        tensors.push_back({entry.name, entry.shape, values.back().data()});
      }
    }
    change(tensors);
    write_safetensors(real_files(), path, tensors, DType::f32, {});
  }
  std::string error_of_load() const {
    try {
      Parameters parameters(load_model_config(dir_.string()), Parameters::Gradients::none);
      load_weights(dir_.string(), parameters);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  }

  testing_support::TemporaryDirectory temporary_;
  fs::path dir_ = temporary_.path();
};

TEST_F(CheckpointDir, LoadsAndSavesEveryGoldenModel) {
  for (const char* name : kNames) {
    Parameters a(load_model_config(kGolden + name), Parameters::Gradients::none);
    load_weights(kGolden + name, a);
    save_model(dir_.string(), a, {});
    Parameters b(load_model_config(dir_.string()), Parameters::Gradients::none);
    load_weights(dir_.string(), b);
    EXPECT_EQ(a.config().eos_ids, b.config().eos_ids);
    ASSERT_EQ(a.flat().bytes(), b.flat().bytes()) << name;
    EXPECT_EQ(std::memcmp(a.flat().data, b.flat().data, static_cast<size_t>(a.flat().bytes())), 0);
    const SafetensorsFile golden(kGolden + name + "/model.safetensors");
    const SafetensorsFile saved((dir_ / "model.safetensors").string());
    ASSERT_EQ(golden.entries().size(), saved.entries().size());
    for (const SafetensorsEntry& entry : golden.entries()) {
      const SafetensorsEntry* other = saved.find(entry.name);
      ASSERT_NE(other, nullptr) << entry.name;
      EXPECT_EQ(entry.shape, other->shape);
      const auto x = golden.bytes(entry);
      const auto y = saved.bytes(*other);
      EXPECT_TRUE(std::equal(x.begin(), x.end(), y.begin(), y.end())) << entry.name;
    }
  }
}

TEST_F(CheckpointDir, SavesBf16AndCopiesTheTokenizer) {
  Parameters a(load_model_config(kGolden + "qwen2_tied"), Parameters::Gradients::none);
  load_weights(kGolden + "qwen2_tied", a);
  const std::string tokenizer = std::string(KEDGE_SOURCE_DIR) + "/tests/support/stories260K";
  save_model(dir_.string(), a, {DType::bf16, tokenizer});
  Parameters b(load_model_config(dir_.string()), Parameters::Gradients::none);
  load_weights(dir_.string(), b);
  for (int64_t i = 0; i < a.flat().numel(); ++i) {
    ASSERT_EQ(b.flat().f32()[i], from_bf16(to_bf16(a.flat().f32()[i])));
  }
  EXPECT_EQ(fs::file_size(dir_ / "tokenizer.json"), fs::file_size(tokenizer + "/tokenizer.json"));
  EXPECT_TRUE(fs::exists(dir_ / "tokenizer_config.json"));
}

TEST_F(CheckpointDir, GenerationConfigOverridesEos) {
  copy_model("llama_untied");
  std::ofstream(dir_ / "generation_config.json") << R"({"eos_token_id": [4, 9]})";
  EXPECT_EQ(load_model_config(dir_.string()).eos_ids, std::vector<Token>({4, 9}));
  std::ofstream(dir_ / "generation_config.json") << R"({"eos_token_id": 300})";
  EXPECT_THROW(load_model_config(dir_.string()), ConfigError);
  std::ofstream(dir_ / "generation_config.json") << "{}";
  EXPECT_EQ(load_model_config(dir_.string()).eos_ids, std::vector<Token>({1}));
}

TEST_F(CheckpointDir, WrongTensorsAreRefusedByName) {
  copy_model("llama_untied");
  rewrite([](auto& tensors) {
    std::erase_if(tensors, [](const auto& t) { return t.name == "model.norm.weight"; });
  });
  EXPECT_NE(error_of_load().find("tensor model.norm.weight: missing"), std::string::npos);

  copy_model("llama_untied");
  rewrite([](auto& tensors) { tensors[1].name = "model.embed_token.weight"; });
  EXPECT_NE(error_of_load().find("did you mean 'model.embed_tokens.weight'"), std::string::npos);

  copy_model("llama_untied");
  rewrite([](auto& tensors) { std::swap(tensors[1].shape[0], tensors[1].shape[1]); });
  EXPECT_NE(error_of_load().find("shape [64, 300]; [300, 64] by config.json"), std::string::npos)
      << error_of_load();

  copy_model("llama_untied");
  const float zero[4] = {};
  rewrite([&](auto& tensors) { tensors.push_back({"model.layers.9.x", {4}, zero}); });
  EXPECT_NE(error_of_load().find("tensor model.layers.9.x"), std::string::npos);
  rewrite(
      [&](auto& tensors) { tensors.back().name = "model.layers.0.self_attn.rotary_emb.inv_freq"; });
  EXPECT_EQ(error_of_load(), "");
}

TEST_F(CheckpointDir, TiedModelsMayRepeatTheEmbeddingOnly) {
  copy_model("qwen2_tied");
  rewrite([](auto& tensors) {
    tensors.push_back({"lm_head.weight", tensors[0].shape, tensors[0].values});
  });
  EXPECT_EQ(error_of_load(), "");
  const std::vector<float> other(260 * 64, 1.0f);
  rewrite([&](auto& tensors) {
    for (auto& tensor : tensors) {
      if (tensor.name == "lm_head.weight") tensor.values = other.data();
    }
  });
  EXPECT_NE(error_of_load().find("differs from model.embed_tokens.weight"), std::string::npos);
}

TEST_F(CheckpointDir, MissingAndShardedFilesAreNamed) {
  EXPECT_NE(error_of_load().find("config.json: missing"), std::string::npos);
  copy_model("llama_untied");
  fs::remove(dir_ / "model.safetensors");
  EXPECT_NE(error_of_load().find("model.safetensors: missing"), std::string::npos);
  std::ofstream(dir_ / "model.safetensors.index.json") << "{}";
  EXPECT_NE(error_of_load().find("sharded"), std::string::npos);
  fs::copy(kGolden + "llama_untied/model.safetensors", dir_ / "model.safetensors");
  fs::resize_file(dir_ / "model.safetensors", 400000);
  EXPECT_NE(error_of_load().find("truncated"), std::string::npos);
}

TEST_F(CheckpointDir, AFailedWriteLeavesTheOldModel) {
  Parameters parameters(load_model_config(kGolden + "llama_untied"), Parameters::Gradients::none);
  load_weights(kGolden + "llama_untied", parameters);
  testing_support::FaultyFiles files(real_files());
  SaveOptions options;
  options.files = &files;
  save_model(dir_.string(), parameters, options);
  parameters.initialize(1);
  files.fail_operation(1);
  EXPECT_THROW(save_model(dir_.string(), parameters, options), FileError);
  Parameters again(load_model_config(dir_.string()), Parameters::Gradients::none);
  load_weights(dir_.string(), again);
  load_weights(kGolden + "llama_untied", parameters);
  const auto bytes = static_cast<size_t>(again.flat().bytes());
  EXPECT_EQ(std::memcmp(again.flat().data, parameters.flat().data, bytes), 0);
}

// transformers reads what we write to the same shape. Needs a Python that has it.
TEST_F(CheckpointDir, TransformersReadsTheConfig) {
  const char* chosen = std::getenv("KEDGE_ORACLE_PYTHON");
  const std::string python = chosen ? chosen : "/usr/bin/python3";
  if (std::system((python + " -c 'import transformers' >/dev/null 2>&1").c_str()) != 0) {
    GTEST_SKIP() << python << " has no transformers; set KEDGE_ORACLE_PYTHON";
  }
  std::string folders;
  for (const char* name : kNames) {
    Parameters parameters(load_model_config(kGolden + name), Parameters::Gradients::none);
    load_weights(kGolden + name, parameters);
    fs::create_directories(dir_ / name);
    save_model((dir_ / name).string(), parameters, {});
    folders += " " + kGolden + name + " " + (dir_ / name).string();
  }
  std::ofstream(dir_ / "check.py")
      << "import sys\n"
         "from transformers import AutoConfig, GenerationConfig\n"
         "keys = ['model_type', 'hidden_size', 'num_hidden_layers', 'num_attention_heads',\n"
         "  'num_key_value_heads', 'intermediate_size', 'vocab_size', 'rms_norm_eps',\n"
         "  'max_position_embeddings', 'tie_word_embeddings', 'rope_parameters', 'hidden_act',\n"
         "  'bos_token_id', 'eos_token_id', 'dtype', 'architectures', 'layer_types',\n"
         "  'sliding_window']\n"
         "for i in range(1, len(sys.argv), 2):\n"
         "  a, b = (AutoConfig.from_pretrained(p) for p in sys.argv[i:i + 2])\n"
         "  for k in keys:\n"
         "    x, y = getattr(a, k, None), getattr(b, k, None)\n"
         "    assert x == y, (sys.argv[i], k, x, y)\n"
         "  GenerationConfig.from_pretrained(sys.argv[i + 1])\n";
  const std::string log = (dir_ / "log").string();
  const std::string command =
      python + " " + (dir_ / "check.py").string() + folders + " >" + log + " 2>&1";
  const int status = std::system(command.c_str());
  std::ifstream text(log);
  EXPECT_EQ(status, 0) << std::string(std::istreambuf_iterator<char>(text), {});
}

}  // namespace
}  // namespace kedge
