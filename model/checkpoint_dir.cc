#include "model/checkpoint_dir.h"

#include <cstring>
#include <filesystem>
#include <map>
#include <set>

#include "core/error.h"
#include "core/json.h"
#include "model/safetensors.h"

namespace kedge {

namespace fs = std::filesystem;

namespace {

// What a tokenizer may consist of; copied as they are.
constexpr const char* kTokenizerFiles[] = {"tokenizer.json",
                                           "tokenizer_config.json",
                                           "special_tokens_map.json",
                                           "added_tokens.json",
                                           "vocab.json",
                                           "merges.txt",
                                           "tokenizer.model",
                                           "chat_template.jinja",
                                           "chat_template.json"};

std::string read_text(const fs::path& path) {
  if (!fs::exists(path)) {
    throw ConfigError(path.string(), "missing", "a Hugging Face model directory");
  }
  return real_files().read(path.string());
}

std::string weights_path(const std::string& dir) {
  const fs::path path = fs::path(dir) / "model.safetensors";
  if (fs::exists(path)) return path.string();
  const fs::path index = fs::path(dir) / "model.safetensors.index.json";
  if (fs::exists(index)) {
    throw ConfigError(index.string(), "the weights are sharded", "one model.safetensors");
  }
  throw ConfigError(path.string(), "missing", "the model's weights");
}

std::string shape_text(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

void check_shape(const std::string& place, const std::vector<int64_t>& found,
                 const std::vector<int64_t>& wanted) {
  if (found != wanted) {
    throw ConfigError(place, "shape " + shape_text(found), shape_text(wanted) + " by config.json");
  }
}

// A tied model's file may hold the head as well; it must then be the embedding itself.
void check_tied_head(const SafetensorsFile& file, const SafetensorsEntry& head,
                     const ModelConfig& config) {
  const std::string place = file.path() + ": tensor " + head.name;
  check_shape(place, head.shape, {config.vocab, config.hidden});
  const SafetensorsEntry* embedding = file.find("model.embed_tokens.weight");
  if (embedding == nullptr) return;  // reported as missing
  const auto a = file.bytes(head);
  const auto b = file.bytes(*embedding);
  if (a.size() != b.size() || std::memcmp(a.data(), b.data(), a.size()) != 0) {
    throw ConfigError(place, "differs from model.embed_tokens.weight",
                      "the same values, or tie_word_embeddings: false");
  }
}

// Old files keep these buffers; they follow from the config.
bool is_derived(const std::string& name) {
  return name.ends_with(".rotary_emb.inv_freq");
}

void refuse_extra(const SafetensorsFile& file, const Parameters& parameters) {
  std::vector<std::string> names;
  for (const NamedTensor& tensor : parameters.tensors()) names.push_back(tensor.name);
  const std::set<std::string> known(names.begin(), names.end());
  for (const SafetensorsEntry& entry : file.entries()) {
    if (known.contains(entry.name) || is_derived(entry.name)) continue;
    if (entry.name == "lm_head.weight") {
      check_tied_head(file, entry, parameters.config());
      continue;
    }
    const std::string nearest = nearest_name(entry.name, names);
    throw ConfigError(file.path() + ": tensor " + entry.name, "no part of this model",
                      nearest.empty() ? "only tensors that config.json asks for"
                                      : "did you mean '" + nearest + "'?");
  }
}

}  // namespace

ModelConfig load_model_config(const std::string& dir) {
  const fs::path path = fs::path(dir) / "config.json";
  ModelConfig config =
      parse_model_config(parse_json(read_text(path), path.string()), path.string());
  const fs::path generation = fs::path(dir) / "generation_config.json";
  if (fs::exists(generation)) {
    const json object = parse_json(read_text(generation), generation.string());
    const auto eos = optional_member<json>(object, "eos_token_id", generation.string());
    if (eos) {
      config.eos_ids = parse_token_ids(*eos, config.vocab, generation.string() + ": eos_token_id");
    }
  }
  return config;
}

void load_weights(const std::string& dir, Parameters& parameters) {
  const SafetensorsFile file(weights_path(dir));
  refuse_extra(file, parameters);
  std::map<std::string_view, const SafetensorsEntry*> entries;
  for (const SafetensorsEntry& entry : file.entries()) entries[entry.name] = &entry;
  for (const NamedTensor& tensor : parameters.tensors()) {
    const std::string place = file.path() + ": tensor " + tensor.name;
    const auto found = entries.find(tensor.name);
    if (found == entries.end()) {
      throw ConfigError(place, "missing", shape_text(tensor.shape) + " by config.json");
    }
    check_shape(place, found->second->shape, tensor.shape);
    file.read_floats(*found->second, parameters.view(tensor).f32());
  }
}

void save_model(const std::string& dir, const Parameters& parameters, const SaveOptions& options) {
  const ModelConfig& model = parameters.config();
  json config = to_json(model);
  config["torch_dtype"] = options.dtype == DType::f32 ? "float32" : "bfloat16";
  const json generation = {{"bos_token_id", config["bos_token_id"]},
                           {"eos_token_id", config["eos_token_id"]}};
  std::vector<SafetensorsTensor> tensors;
  for (const NamedTensor& tensor : parameters.tensors()) {
    tensors.push_back({tensor.name, tensor.shape, parameters.view(tensor).f32()});
  }
  FileSystem& files = options.files != nullptr ? *options.files : real_files();
  const auto at = [&](const char* name) { return path_join(dir, name); };
  write_safetensors(files, at("model.safetensors"), tensors, options.dtype, {{"format", "pt"}});
  files.write_atomic(at("generation_config.json"), generation.dump(2) + "\n");
  files.write_atomic(at("config.json"), config.dump(2) + "\n");
  if (options.tokenizer_from.empty()) return;
  for (const char* name : kTokenizerFiles) {
    const std::string from = path_join(options.tokenizer_from, name);
    if (fs::exists(from)) files.write_atomic(at(name), real_files().read(from));
  }
}

}  // namespace kedge
