#include "trainer/injection/injections.h"

#include <cmath>

#include "core/error.h"
#include "core/json.h"

namespace kedge {
namespace {

std::string id_key(const std::string& id) {
  return "id:" + id;
}
std::string text_key(const std::string& text) {
  return "text:" + text;
}

std::string key_of(const json& line, const std::string& place) {
  if (const auto id = optional_member<std::string>(line, "prompt_id", place)) return id_key(*id);
  if (const auto text = optional_member<std::string>(line, "prompt", place)) return text_key(*text);
  throw ConfigError(place, "an answer to no prompt", "prompt_id or prompt");
}

}  // namespace

Injections::Injections(FileSystem& files, const Tokenizer& tokenizer,
                       const InjectionOptions& options, Judge judge)
    : options_(options), judge_(std::move(judge)) {
  const std::string path = options_.path;
  if (!files.exists(path)) {
    throw ConfigError("algorithm.injection.trajectories", "cannot read '" + path + "'",
                      "a file of JSON lines with given answers");
  }
  for_each_json_line(files.read(path), path, [&](const json& line, const std::string& place) {
    read_line(line, place, tokenizer);
  });
  if (answers_.empty()) throw ConfigError(path, "no answer", "one JSON object per line");
}

void Injections::read_line(const json& line, const std::string& place, const Tokenizer& tokenizer) {
  Row row;
  row.tokens = tokens_of(line, place, tokenizer);
  row.kinds.assign(row.tokens.size(), TokenKind::injected);
  row.policy_logprob = logprobs_of(line, place, row.tokens.size());
  row.sampler_logprob = row.policy_logprob;
  row.source = RowSource::injected;
  row.stop = StopReason::given;
  by_prompt_[key_of(line, place)].push_back(answers_.size());
  answers_.push_back({place, std::move(row)});
}

std::vector<Token> Injections::tokens_of(const json& line, const std::string& place,
                                         const Tokenizer& tokenizer) const {
  std::vector<Token> tokens;
  if (line.contains("completion_ids")) {
    tokens = required<std::vector<Token>>(line, "completion_ids", place);
  } else {
    tokens = tokenizer.encode(required<std::string>(line, "completion", place), false);
    tokens.push_back(options_.stop);
  }
  if (tokens.empty()) throw ConfigError(place, "an empty answer", "at least one token");
  for (const Token token : tokens) {
    if (token >= 0 && token < options_.vocab) continue;
    throw ConfigError(place + ": completion_ids", "found " + std::to_string(token),
                      "ids from 0 to " + std::to_string(options_.vocab - 1));
  }
  return tokens;
}

std::vector<float> Injections::logprobs_of(const json& line, const std::string& place,
                                           size_t tokens) const {
  if (!line.contains("logprobs") && !options_.needs_logprobs) {
    return std::vector<float>(tokens, 0.0f);
  }
  if (!line.contains("logprobs")) {
    throw ConfigError(place, "no logprobs",
                      "those of the model that wrote it, or algorithm.injected: detach");
  }
  const auto logprobs = required<std::vector<float>>(line, "logprobs", place);
  if (logprobs.size() != tokens) {
    throw ConfigError(
        place,
        std::to_string(logprobs.size()) + " logprobs for " + std::to_string(tokens) + " tokens",
        "one per token of this model's tokenizer");
  }
  for (const float logprob : logprobs) {
    if (std::isfinite(logprob) && logprob <= 0.0f) continue;
    throw ConfigError(place + ": logprobs", "found " + format_float(logprob), "numbers up to 0");
  }
  return logprobs;
}

const std::vector<Row>& Injections::correct(const Prompt& prompt) {
  const auto known = correct_.find(prompt.id);
  if (known != correct_.end()) return known->second;
  std::vector<Row>& rows = correct_[prompt.id];
  add_correct(prompt, id_key(prompt.id), rows);
  add_correct(prompt, text_key(prompt.text), rows);
  return rows;
}

void Injections::add_correct(const Prompt& prompt, const std::string& key, std::vector<Row>& out) {
  const auto found = by_prompt_.find(key);
  if (found == by_prompt_.end()) return;
  for (const size_t index : found->second) {
    const auto& [place, answer] = answers_[index];
    const size_t length = prompt.tokens.size() + answer.tokens.size();
    if (static_cast<int64_t>(length) > options_.max_context) {
      throw ConfigError(place,
                        std::to_string(answer.tokens.size()) + " tokens after a prompt of " +
                            std::to_string(prompt.tokens.size()),
                        "the model's context holds " + std::to_string(options_.max_context));
    }
    Row row = answer;
    row.parent = 0;
    row.fork = static_cast<int32_t>(prompt.tokens.size());
    const Verdict verdict = judge_(prompt, row);
    if (verdict.has_score() && verdict.score >= 1.0) {
      out.push_back(std::move(row));
    } else {
      ++num_wrong_;
    }
  }
}

}  // namespace kedge
