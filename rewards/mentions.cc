#include "rewards/entry.h"
#include "rewards/regex.h"
#include "rewards/text.h"

namespace kedge {
namespace {

struct MentionsConfig {
  std::string column = "words";
};

template <class V>
void visit(V& v, MentionsConfig& c) {
  v.field("column", c.column,
          "prompt column: a list of words, or a text whose words all count", not_empty());
}

class Mentions : public TrajectoryReward {
 public:
  explicit Mentions(const MentionsConfig& config) : config_(config) {}

  std::vector<std::string> prompt_columns() const override { return {config_.column}; }

 protected:
  Verdict judge(const RewardItem& item) const override {
    std::string problem;
    const auto column = text_column(item.prompt(), config_.column, problem);
    if (!column) {
      return Verdict::failed(problem);
    }
    const bool is_text = item.prompt().columns[config_.column].is_string();
    std::vector<std::string> words = is_text ? words_of(column->front()) : *column;
    std::erase_if(words, [](const std::string& word) { return is_blank(word); });
    if (words.empty()) {
      return Verdict::abstained("prompt " + item.prompt().id + ": column '" + config_.column +
                                "' names no word");
    }
    for (const std::string& word : words) {
      if (!mentions(item.completion, word)) {
        return {VerdictKind::score, 0.0, "'" + word + "' is missing"};
      }
    }
    return Verdict::scored(1.0);
  }

 private:
  static bool mentions(const std::string& text, const std::string& word) {
    const Regex whole("(?<!\\w)" + quoted_pattern(strip(word)) + "s?(?!\\w)",
                      {.ignore_case = true});
    return whole.find(text).has_value();
  }

  const MentionsConfig config_;
};

}  // namespace

RewardEntry mentions_entry() {
  return reward_entry<Mentions, MentionsConfig>(
      "mentions", "1 when every word of a prompt column stands in the completion, any case or s");
}

}  // namespace kedge
