#include "cli/generate_input.h"

#include "core/files.h"
#include "core/json.h"

namespace kedge {
namespace {

void check_ids(const std::vector<Token>& ids, const std::string& place, const ModelConfig& config) {
  for (Token id : ids) {
    if (id < 0 || id >= config.vocab) {
      throw ConfigError(place, "token id " + std::to_string(id),
                        "ids are 0 to " + std::to_string(config.vocab - 1));
    }
  }
}

ScoreInput score_input(const json& line, const std::string& place, const Tokenizer& tokenizer) {
  if (line.contains("input_ids")) {
    return {place, required<std::vector<Token>>(line, "input_ids", place),
            required<int32_t>(line, "prompt_tokens", place)};
  }
  ScoreInput input{place, tokenizer.encode(required<std::string>(line, "prompt", place), true), 0};
  input.prompt_tokens = static_cast<int32_t>(input.ids.size());
  const auto completion = tokenizer.encode(required<std::string>(line, "completion", place), false);
  input.ids.insert(input.ids.end(), completion.begin(), completion.end());
  return input;
}

}  // namespace

GenerateInput text_input(const std::string& text, const Tokenizer& tokenizer) {
  return {"--prompt", text, tokenizer.encode(text, true)};
}

std::vector<GenerateInput> read_inputs(const std::string& file, const Tokenizer& tokenizer) {
  std::vector<GenerateInput> inputs;
  for_each_json_line(real_files().read(file), file, [&](const json& line, const std::string& place) {
    if (const auto ids = optional_member<std::vector<Token>>(line, "prompt_ids", place)) {
      inputs.push_back({place, member_or<std::string>(line, "prompt", "", place), *ids});
    } else {
      const auto text = required<std::string>(line, "prompt", place);
      inputs.push_back({place, text, tokenizer.encode(text, true)});
    }
  });
  if (inputs.empty()) throw ConfigError(file, "no lines", "JSON lines with a prompt");
  return inputs;
}

void check_input(const GenerateInput& input, const ModelConfig& config) {
  if (input.ids.empty()) {
    throw ConfigError(input.place, "the prompt has no tokens", "at least one token to start from");
  }
  if (static_cast<int64_t>(input.ids.size()) >= config.max_position) {
    throw ConfigError(input.place, "the prompt has " + std::to_string(input.ids.size()) + " tokens",
                      "fewer than the model's context of " + std::to_string(config.max_position));
  }
  check_ids(input.ids, input.place, config);
}

std::vector<ScoreInput> read_score_inputs(const std::string& file, const Tokenizer& tokenizer,
                                          const ModelConfig& config) {
  std::vector<ScoreInput> inputs;
  for_each_json_line(real_files().read(file), file, [&](const json& line, const std::string& place) {
    ScoreInput input = score_input(line, place, tokenizer);
    const auto length = static_cast<int64_t>(input.ids.size());
    if (input.prompt_tokens < 1 || input.prompt_tokens > length) {
      throw ConfigError(place, "prompt_tokens " + std::to_string(input.prompt_tokens),
                        "1 to the row's " + std::to_string(length) + " tokens");
    }
    if (length > config.max_position) {
      throw ConfigError(place, "the row has " + std::to_string(length) + " tokens",
                        "at most the model's context of " + std::to_string(config.max_position));
    }
    check_ids(input.ids, place, config);
    inputs.push_back(std::move(input));
  });
  if (inputs.empty()) throw ConfigError(file, "no lines", "JSON lines with input_ids or prompt");
  return inputs;
}

}  // namespace kedge
