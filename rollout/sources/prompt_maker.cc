#include "rollout/sources/prompt_maker.h"

#include "core/error.h"
#include "core/json.h"

namespace kedge {

PromptMaker::PromptMaker(const SourceConfig& config, const SourceOptions& options,
                         const std::string& path)
    : tokenizer_(options.tokenizer),
      system_(config.system),
      policy_(config.too_long),
      max_tokens_(options.max_tokens) {
  KEDGE_CHECK(max_tokens_ > 0, "prompts of at most ", max_tokens_, " tokens");
  if (!config.text_template.empty()) template_.emplace(config.text_template, path + ".template");
}

std::shared_ptr<const Prompt> PromptMaker::make(RawPrompt raw, int32_t max_tokens) {
  auto prompt = std::make_shared<Prompt>();
  prompt->text = template_ ? template_->render(raw.placeholders, raw.place) : std::move(raw.text);
  if (!system_.empty()) {
    prompt->messages = {{"system", system_}, {"user", prompt->text}};
    prompt->text = system_ + "\n\n" + prompt->text;
  }
  prompt->ordinal = raw.ordinal;
  prompt->id = std::move(raw.id);
  prompt->answer = std::move(raw.answer);
  prompt->columns = std::move(raw.columns);
  prompt->tokens = tokenizer_.encode(prompt->text, true);
  if (prompt->tokens.empty()) throw ConfigError(raw.place, "an empty prompt", "some text");
  if (!fit(*prompt, raw.place, max_tokens)) return nullptr;
  return prompt;
}

bool PromptMaker::fit(Prompt& prompt, const std::string& place, int32_t max_tokens) {
  const auto length = static_cast<int64_t>(prompt.tokens.size());
  if (length <= max_tokens) return true;
  if (policy_ == TooLong::error) {
    throw ConfigError(
        place, "the prompt has " + std::to_string(length) + " tokens",
        "at most " + std::to_string(max_tokens) + ", or too_long: drop or truncate_left");
  }
  if (policy_ == TooLong::drop || max_tokens <= 0) {
    count_dropped();
    return false;
  }
  prompt.tokens.erase(prompt.tokens.begin(), prompt.tokens.end() - max_tokens);
  prompt.text = tokenizer_.decode(prompt.tokens, true);
  ++counts_.too_long_truncated;
  return true;
}

std::vector<Token> PromptMaker::completion(const std::string& text, Token eos) const {
  std::vector<Token> ids = tokenizer_.encode(text, false);
  ids.push_back(eos);
  return ids;
}

json save_counts(const SourceCounts& counts) {
  return {{"dropped", counts.too_long_dropped}, {"truncated", counts.too_long_truncated}};
}

SourceCounts load_counts(const json& state, const std::string& place) {
  const json counts = required<json>(state, "too_long", place);
  return {required<int64_t>(counts, "dropped", place + ": too_long"),
          required<int64_t>(counts, "truncated", place + ": too_long")};
}

}  // namespace kedge
