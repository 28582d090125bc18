#include "trainer/model_setup.h"

#include "core/error.h"
#include "core/registry.h"
#include "model/checkpoint_dir.h"
#include "rollout/tasks/task.h"

namespace kedge {
namespace {

bool is_bytes(const RunConfig& config) {
  return config.model.tokenizer == "bytes";
}

std::string tokenizer_dir(const RunConfig& config) {
  return config.model.tokenizer.empty() ? config.model.path : config.model.tokenizer;
}

std::vector<std::string> special_tokens_of(const RunConfig& config) {
  const SourceConfig& train = config.data.train;
  const TaskEntry& entry = train.task.empty()
                               ? task_table().front()
                               : find_entry("task", task_table(), train.task, "data.train.task");
  return entry.create(train.task.empty() ? ConfigNode{} : train.settings, "data.train")
      ->special_tokens();
}

// eos_token of tokenizer_config.json: a string, or an object with `content`.
std::string eos_name(const std::string& dir) {
  const std::string path = path_join(dir, "tokenizer_config.json");
  const json config = parse_json(real_files().read(path), path);
  const auto found = config.find("eos_token");
  if (found == config.end() || found->is_null()) return "";
  if (found->is_object()) return required<std::string>(*found, "content", path + ": eos_token");
  return from_json_value<std::string>(*found, path + ": eos_token");
}

Token eos_of(const RunConfig& config, const Tokenizer& tokenizer) {
  const std::string name =
      is_bytes(config) ? special_tokens_of(config).front() : eos_name(config.model.tokenizer);
  const auto id = tokenizer.id_of(name);
  if (!id) {
    throw ConfigError("model.tokenizer", "no end-of-sequence token '" + name + "'",
                      "eos_token of tokenizer_config.json must be in tokenizer.json");
  }
  return *id;
}

ModelConfig new_model_config(const RunConfig& config, const Tokenizer& tokenizer) {
  const NewModelSection& shape = *config.model.fresh;
  json values = {{"model_type", shape.family},
                 {"hidden_size", shape.hidden},
                 {"num_hidden_layers", shape.layers},
                 {"num_attention_heads", shape.heads},
                 {"num_key_value_heads", shape.kv_heads},
                 {"intermediate_size", shape.intermediate},
                 {"vocab_size", shape.vocab > 0 ? shape.vocab : tokenizer.vocab_size()},
                 {"max_position_embeddings", shape.max_position},
                 {"rms_norm_eps", shape.rms_eps},
                 {"rope_theta", shape.rope_theta},
                 {"tie_word_embeddings", shape.tied},
                 {"hidden_act", "silu"},
                 {"eos_token_id", eos_of(config, tokenizer)}};
  values["head_dim"] = shape.head_dim > 0 ? shape.head_dim : shape.hidden / shape.heads;
  return parse_model_config(values, "model.new");
}

// A tokenizer_config.json that transformers needs to name the special tokens.
std::string tokenizer_config_text(const RunConfig& config) {
  const auto special = special_tokens_of(config);
  ordered_json values = {{"tokenizer_class", "PreTrainedTokenizerFast"},
                         {"eos_token", special.front()},
                         {"clean_up_tokenization_spaces", false}};
  if (special.size() > 1) values["pad_token"] = special[1];
  return values.dump(2) + "\n";
}

}  // namespace

std::unique_ptr<Tokenizer> load_run_tokenizer(const RunConfig& config) {
  if (is_bytes(config)) return Tokenizer::bytes(special_tokens_of(config));
  return Tokenizer::load(tokenizer_dir(config));
}

ModelConfig load_run_model_config(const RunConfig& config, const Tokenizer& tokenizer) {
  const ModelConfig model = config.model.fresh ? new_model_config(config, tokenizer)
                                               : load_model_config(config.model.path);
  if (tokenizer.vocab_size() > model.vocab) {
    throw ConfigError("model",
                      "the tokenizer has ids up to " + std::to_string(tokenizer.vocab_size() - 1),
                      "the model's vocabulary holds " + std::to_string(model.vocab));
  }
  if (model.eos_ids.empty()) {
    throw ConfigError(config.model.path, "no eos_token_id in config.json or generation_config.json",
                      "an id that ends an answer");
  }
  return model;
}

void load_initial_weights(const RunConfig& config, Parameters& parameters) {
  if (config.model.fresh) {
    parameters.initialize(config.run.seed);
  } else {
    load_weights(config.model.path, parameters);
  }
  parameters.set_id({WeightSet::policy, 0});
}

void save_model_dir(FileSystem& files, const RunConfig& config, const Tokenizer& tokenizer,
                    const Parameters& parameters, const std::string& dir) {
  SaveOptions options;
  options.files = &files;
  if (!is_bytes(config)) options.tokenizer_from = tokenizer_dir(config);
  save_model(dir, parameters, options);
  if (is_bytes(config)) {
    files.write_atomic(path_join(dir, "tokenizer.json"), tokenizer.to_json().dump() + "\n");
    files.write_atomic(path_join(dir, "tokenizer_config.json"), tokenizer_config_text(config));
  }
}

}  // namespace kedge
