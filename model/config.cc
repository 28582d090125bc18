#include "model/config.h"

#include <algorithm>
#include <limits>

#include "core/error.h"
#include "core/json.h"

namespace kedge {

namespace {

// What distinguishes the families; everything else is one decoder.
struct Family {
  const char* name;          // model_type
  const char* architecture;  // architectures[0] of transformers
  bool qkv_bias;
  bool qk_norm;
  bool has_window;       // knows the sliding-window fields
  int64_t kv_heads;      // where the file names none; 0 = as many as heads
  int64_t head_dim;      // where the file names none; 0 = hidden / heads
  int64_t max_position;  // where the file names none
};

const std::vector<Family>& families() {
  static const std::vector<Family> table = {
      {"llama", "LlamaForCausalLM", false, false, false, 0, 0, 2048},
      {"qwen2", "Qwen2ForCausalLM", true, false, true, 32, 0, 32768},
      {"qwen3", "Qwen3ForCausalLM", false, true, true, 32, 128, 32768},
  };
  return table;
}

const Family& family_named(const std::string& name, const std::string& place) {
  std::vector<std::string> names;
  for (const Family& family : families()) {
    if (family.name == name) return family;
    names.push_back(family.name);
  }
  throw ConfigError(place, "unknown model family '" + name + "'", valid_names(name, names));
}

std::string found(const json& value) {
  return "found " + describe_json(value);
}

// Range-checked access to one JSON object on top of core/json. A null counts as absent, as it does
// for transformers.
class Fields {
 public:
  Fields(const json& object, std::string where) : object_(object), where_(std::move(where)) {
    detail::require_object(object_, where_);
  }

  std::string place(const std::string& key) const { return where_ + ": " + key; }
  bool has(const std::string& key) const {
    return object_.contains(key) && !object_.at(key).is_null();
  }
  const json& raw(const std::string& key) const { return object_.at(key); }

  int64_t integer(const char* key, std::optional<int64_t> fallback, int64_t low,
                  int64_t high) const {
    const int64_t value = get<int64_t>(key, fallback);
    if (value < low || value > high) {
      throw ConfigError(place(key), detail::concat("found ", value),
                        detail::concat("an integer from ", low, " to ", high));
    }
    return value;
  }

  double number(const char* key, std::optional<double> fallback) const {
    const double value = get<double>(key, fallback);
    if (!(value > 0.0)) throw ConfigError(place(key), found(raw(key)), "a number above 0");
    return value;
  }

  bool flag(const char* key, bool fallback) const { return get<bool>(key, fallback); }

  std::string text(const char* key, std::optional<std::string> fallback) const {
    return get<std::string>(key, fallback);
  }

 private:
  template <class T>
  T get(const char* key, const std::optional<T>& fallback) const {
    return fallback ? member_or<T>(object_, key, *fallback, where_)
                    : required<T>(object_, key, where_);
  }

  const json& object_;
  std::string where_;
};

void read_shape(const Fields& fields, const Family& family, ModelConfig& config) {
  config.hidden = fields.integer("hidden_size", std::nullopt, 1, 1 << 20);
  config.layers = fields.integer("num_hidden_layers", std::nullopt, 1, 1 << 12);
  config.heads = fields.integer("num_attention_heads", std::nullopt, 1, 1 << 12);
  config.intermediate = fields.integer("intermediate_size", std::nullopt, 1, 1 << 24);
  config.vocab = fields.integer("vocab_size", std::nullopt, 1, 1 << 28);
  config.max_position =
      fields.integer("max_position_embeddings", family.max_position, 1, int64_t{1} << 30);
  config.kv_heads = fields.integer("num_key_value_heads",
                                   family.kv_heads ? family.kv_heads : config.heads, 1, 1 << 12);
  if (config.heads % config.kv_heads != 0) {
    throw ConfigError(fields.place("num_key_value_heads"),
                      detail::concat("found ", config.kv_heads),
                      detail::concat("a divisor of num_attention_heads, ", config.heads));
  }
  const bool divides = config.hidden % config.heads == 0;
  if (!fields.has("head_dim") && family.head_dim == 0 && !divides) {
    throw ConfigError(fields.place("hidden_size"), detail::concat("found ", config.hidden),
                      detail::concat("a multiple of num_attention_heads, ", config.heads,
                                     ", or an explicit head_dim"));
  }
  const int64_t fallback = family.head_dim ? family.head_dim : config.hidden / config.heads;
  config.head_dim = fields.integer("head_dim", fallback, 1, 1 << 12);
  if (config.head_dim % 2 != 0) {
    throw ConfigError(fields.place("head_dim"), detail::concat("found ", config.head_dim),
                      "an even number (rotary pairs)");
  }
}

std::string rope_type_of(const Fields& rope) {
  // Older files say "type", newer ones "rope_type".
  return rope.text("rope_type", rope.text("type", "default"));
}

RopeScaling read_llama3_scaling(const Fields& rope) {
  RopeScaling scaling;
  scaling.factor = rope.number("factor", std::nullopt);
  scaling.low_freq_factor = rope.number("low_freq_factor", std::nullopt);
  scaling.high_freq_factor = rope.number("high_freq_factor", std::nullopt);
  scaling.original_max_position =
      rope.integer("original_max_position_embeddings", std::nullopt, 1, int64_t{1} << 30);
  if (scaling.high_freq_factor <= scaling.low_freq_factor) {
    throw ConfigError(rope.place("high_freq_factor"),
                      detail::concat("found ", scaling.high_freq_factor),
                      detail::concat("more than low_freq_factor, ", scaling.low_freq_factor));
  }
  return scaling;
}

void read_rope_object(const Fields& rope, const json& object, ModelConfig& config) {
  const std::string type = rope_type_of(rope);
  if (type != "default" && type != "llama3") {
    throw ConfigError(rope.place("rope_type"), "found \"" + type + "\"",
                      "default, llama3 (other rotary scalings are not computed)");
  }
  std::vector<std::string> known = {"rope_type", "type", "rope_theta", "partial_rotary_factor"};
  if (type == "llama3") {
    for (const char* key :
         {"factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"}) {
      known.push_back(key);
    }
  }
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end() && !value.is_null()) {
      throw ConfigError(rope.place(key), "unknown for rope_type " + type, valid_names(key, known));
    }
  }
  if (rope.number("partial_rotary_factor", 1.0) != 1.0) {
    throw ConfigError(rope.place("partial_rotary_factor"), found(rope.raw("partial_rotary_factor")),
                      "1");
  }
  if (type == "llama3") config.rope_scaling = read_llama3_scaling(rope);
}

// transformers before 5 writes rope_theta and rope_scaling, later versions rope_parameters.
void read_rope(const Fields& fields, const std::string& where, ModelConfig& config) {
  config.rope_theta = fields.number("rope_theta", 10000.0);
  for (const char* key : {"rope_scaling", "rope_parameters"}) {
    if (!fields.has(key)) continue;
    const Fields rope(fields.raw(key), where + ": " + key);
    read_rope_object(rope, fields.raw(key), config);
    if (rope.has("rope_theta")) {
      const double theta = rope.number("rope_theta", std::nullopt);
      if (fields.has("rope_theta") && theta != config.rope_theta) {
        throw ConfigError(rope.place("rope_theta"), found(rope.raw("rope_theta")),
                          detail::concat("the same as the file's rope_theta, ", config.rope_theta));
      }
      config.rope_theta = theta;
    }
  }
  if (fields.has("rope_scaling") && fields.has("rope_parameters")) {
    json a = fields.raw("rope_scaling");
    json b = fields.raw("rope_parameters");
    for (json* object : {&a, &b}) {
      for (const char* key : {"rope_type", "type", "rope_theta"}) object->erase(key);
    }
    if (a != b) {
      throw ConfigError(fields.place("rope_scaling"), found(fields.raw("rope_scaling")),
                        "the same as rope_parameters, " + found(fields.raw("rope_parameters")));
    }
  }
}

void refuse_window(const Fields& fields, const ModelConfig& config) {
  const std::string valid = "full attention in every layer (sliding windows are not computed)";
  if (fields.has("layer_types")) {
    for (const json& type : fields.raw("layer_types")) {
      if (type != "full_attention") {
        throw ConfigError(fields.place("layer_types"), found(type), valid);
      }
    }
    return;
  }
  const int64_t first =
      fields.integer("max_window_layers", 28, 0, std::numeric_limits<int32_t>::max());
  const bool window = fields.flag("use_sliding_window", false) && fields.has("sliding_window");
  if (window && first < config.layers) {
    throw ConfigError(fields.place("sliding_window"), found(fields.raw("sliding_window")), valid);
  }
}

void refuse_unsupported(const Fields& fields) {
  for (const char* key : {"mlp_bias", "attention_bias"}) {
    if (fields.flag(key, false)) {
      throw ConfigError(fields.place(key), "found true", "false (this bias is not computed)");
    }
  }
  const std::string act = fields.text("hidden_act", "silu");
  if (act != "silu") throw ConfigError(fields.place("hidden_act"), "found \"" + act + "\"", "silu");
  if (fields.has("quantization_config")) {
    throw ConfigError(fields.place("quantization_config"), "quantized weights",
                      "fp32, bf16 or fp16 weights");
  }
  if (fields.number("partial_rotary_factor", 1.0) != 1.0) {
    throw ConfigError(fields.place("partial_rotary_factor"),
                      found(fields.raw("partial_rotary_factor")), "1");
  }
}

json rope_scaling_json(const std::optional<RopeScaling>& scaling) {
  if (!scaling) return nullptr;
  return {{"rope_type", "llama3"},
          {"factor", scaling->factor},
          {"low_freq_factor", scaling->low_freq_factor},
          {"high_freq_factor", scaling->high_freq_factor},
          {"original_max_position_embeddings", scaling->original_max_position}};
}

json token_or_list(const std::vector<Token>& ids) {
  if (ids.empty()) return nullptr;
  if (ids.size() == 1) return ids[0];
  return ids;
}

}  // namespace

int64_t ModelConfig::num_parameters() const {
  const int64_t attention = qkv_size() * hidden + (qkv_bias ? qkv_size() : 0) +
                            (qk_norm ? 2 * head_dim : 0) + hidden * q_size();
  const int64_t layer = 2 * hidden + attention + 3 * intermediate * hidden;
  return (tied ? 1 : 2) * vocab * hidden + layers * layer + hidden;
}

std::vector<Token> parse_token_ids(const json& value, int64_t vocab, const std::string& place) {
  std::vector<Token> ids;
  const json list = value.is_array() ? value : value.is_null() ? json::array() : json{value};
  for (const json& id : list) {
    if (!id.is_number_integer() || id < 0 || id >= vocab) {
      throw ConfigError(place, found(value), detail::concat("token ids from 0 to ", vocab - 1));
    }
    ids.push_back(id.get<Token>());
  }
  return ids;
}

ModelConfig parse_model_config(const json& object, const std::string& where) {
  const Fields fields(object, where);
  const Family& family =
      family_named(fields.text("model_type", std::nullopt), fields.place("model_type"));
  ModelConfig config;
  config.family = family.name;
  config.qkv_bias = family.qkv_bias;
  config.qk_norm = family.qk_norm;
  read_shape(fields, family, config);
  refuse_unsupported(fields);
  if (family.has_window) refuse_window(fields, config);
  config.rms_eps = fields.number("rms_norm_eps", 1e-6);
  read_rope(fields, where, config);
  config.tied = fields.flag("tie_word_embeddings", false);
  if (fields.has("eos_token_id")) {
    config.eos_ids =
        parse_token_ids(fields.raw("eos_token_id"), config.vocab, fields.place("eos_token_id"));
  }
  // Old Llama files name a bos of another vocabulary or -1; only a usable id is taken.
  if (fields.has("bos_token_id") && fields.raw("bos_token_id").is_number_integer() &&
      fields.raw("bos_token_id") >= 0 && fields.raw("bos_token_id") < config.vocab) {
    config.bos_id = fields.raw("bos_token_id").get<Token>();
  }
  return config;
}

json to_json(const ModelConfig& config) {
  const Family& family = family_named(config.family, "ModelConfig.family");
  // rope_theta and rope_scaling: every version of transformers reads this spelling.
  json object = {{"architectures", {family.architecture}},
                 {"model_type", config.family},
                 {"hidden_size", config.hidden},
                 {"intermediate_size", config.intermediate},
                 {"num_hidden_layers", config.layers},
                 {"num_attention_heads", config.heads},
                 {"num_key_value_heads", config.kv_heads},
                 {"head_dim", config.head_dim},
                 {"vocab_size", config.vocab},
                 {"max_position_embeddings", config.max_position},
                 {"rms_norm_eps", config.rms_eps},
                 {"rope_theta", config.rope_theta},
                 {"rope_scaling", rope_scaling_json(config.rope_scaling)},
                 {"hidden_act", "silu"},
                 {"initializer_range", 0.02},
                 {"attention_dropout", 0.0},
                 {"tie_word_embeddings", config.tied},
                 {"use_cache", true},
                 {"bos_token_id", config.bos_id ? json(*config.bos_id) : json(nullptr)},
                 {"eos_token_id", token_or_list(config.eos_ids)}};
  if (family.has_window) {
    object["use_sliding_window"] = false;
    object["sliding_window"] = nullptr;
  }
  // Qwen2 has its bias without saying so.
  if (config.family != "qwen2") object["attention_bias"] = false;
  if (config.family == "llama") object["mlp_bias"] = false;
  return object;
}

}  // namespace kedge
