#include "rewards/entry.h"
#include "rewards/extract.h"
#include "rewards/fenced.h"
#include "rewards/json_schema.h"
#include "rewards/text.h"

namespace kedge {
namespace {

enum class JsonScore { all, share };

std::span<const std::string_view> enum_names(JsonScore) {
  static constexpr std::array<std::string_view, 2> names = {"all", "share"};
  return names;
}

struct JsonAnswerConfig {
  std::string schema;
  std::string column;
  JsonScore score = JsonScore::all;
  ThinkMode think = ThinkMode::after;

  void check(const std::string& path) const {
    if (schema.empty() == column.empty()) {
      throw ConfigError(join_path(path, "schema"), schema.empty() ? "missing" : "both are set",
                        "a JSON schema as text, or `column` with a prompt's own");
    }
    if (!schema.empty()) {
      JsonSchema(parse_json(schema, join_path(path, "schema")), join_path(path, "schema"));
    }
  }
};

template <class V>
void visit(V& v, JsonAnswerConfig& c) {
  v.field("schema", c.schema,
          "JSON schema as text: type, required, properties, items, enum, "
          "minimum, maximum, additionalProperties");
  v.field("column", c.column, "prompt column with the schema, as JSON or as text");
  v.field("score", c.score,
          "all: 1 when the answer fits; share: share of the required members that do");
  v.field("think", c.think, "after: only text behind the last </think> counts");
}

// Deeper answers are refused before they are parsed: parsing recurses.
constexpr int kDeepest = 64;
constexpr size_t kLongest = 100'000;  // bytes

bool is_nested_too_deep(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted) {
      depth += text[i] == '{' || text[i] == '[' ? 1 : 0;
      depth -= text[i] == '}' || text[i] == ']' ? 1 : 0;
      deepest = std::max(deepest, depth);
    }
  }
  return deepest > kDeepest;
}

// The last fenced block, else the last <answer>, else everything.
std::string_view json_part(std::string_view visible, std::optional<std::string>& tagged) {
  if (const auto fenced = last_fenced_block(visible)) {
    return *fenced;
  }
  tagged = found_by(Extractor::tag, visible);
  return tagged ? std::string_view(*tagged) : visible;
}

class JsonAnswer : public TrajectoryReward {
 public:
  explicit JsonAnswer(const JsonAnswerConfig& config) : config_(config) {
    if (!config.schema.empty()) {
      schema_.emplace(parse_json(config.schema, "schema"), "schema");
    }
  }

  std::vector<std::string> prompt_columns() const override {
    return config_.column.empty() ? std::vector<std::string>{} : std::vector{config_.column};
  }

 protected:
  Verdict judge(const RewardItem& item) const override {
    if (schema_) {
      return judge_by(*schema_, item.completion);
    }
    const std::string place = "prompt " + item.prompt().id + ": " + config_.column;
    try {
      json schema = required<json>(item.prompt().columns, config_.column.c_str(), place);
      if (schema.is_string()) {
        schema = parse_json(schema.get<std::string>(), place);
      }
      return judge_by(JsonSchema(std::move(schema), place), item.completion);
    } catch (const ConfigError& error) {
      return Verdict::failed(error.what());
    }
  }

 private:
  Verdict judge_by(const JsonSchema& schema, std::string_view completion) const {
    const auto visible = visible_part(completion, config_.think);
    if (!visible) {
      return {VerdictKind::score, 0.0, "unfinished_thinking"};
    }
    std::optional<std::string> tagged;
    const std::string_view text = json_part(*visible, tagged);
    if (text.size() > kLongest || is_nested_too_deep(text)) {
      return {VerdictKind::score, 0.0, "too_long or too deep"};
    }
    const json answer = json::parse(text, nullptr, false);
    if (answer.is_discarded()) {
      return {VerdictKind::score, 0.0, "no JSON"};
    }
    const std::vector<std::string> problems = schema.problems(answer);
    const double share = config_.score == JsonScore::share ? schema.share_of_required(answer) : 0.0;
    return {VerdictKind::score, problems.empty() ? 1.0 : share,
            problems.empty() ? "" : problems.front()};
  }

  const JsonAnswerConfig config_;
  std::optional<JsonSchema> schema_;
};

}  // namespace

RewardEntry json_answer_entry() {
  return reward_entry<JsonAnswer, JsonAnswerConfig>(
      "json_answer", "1 when the answer is JSON that fits a schema, else 0 or a share");
}

}  // namespace kedge
