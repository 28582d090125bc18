#include "rewards/extract.h"
#include "rewards/gold.h"
#include "rewards/math/latex.h"
#include "rewards/regex.h"
#include "rewards/text.h"

#include <set>

namespace kedge {
namespace {

struct ChoiceLetterConfig {
  ExtractConfig extraction =
      extract_by({Extractor::tag, Extractor::boxed, Extractor::phrase, Extractor::last_line});
  std::string letters = "ABCD";
  std::string choices;
  std::string column;

  void check(const std::string& path) const {
    const bool upper =
        std::all_of(letters.begin(), letters.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!upper) {
      throw ConfigError(join_path(path, "letters"), "found '" + letters + "'", "capital letters");
    }
  }
};

template <class V>
void visit(V& v, ChoiceLetterConfig& c) {
  visit_extraction(v, c.extraction);
  v.field("letters", c.letters, "the letters that may be chosen", not_empty());
  v.field("choices", c.choices,
          "prompt column with the texts of the choices, which are then answers too; empty: none");
  visit_gold(v, c.column);
}

// The letter that one extracted text names.
struct Choice {
  enum class Kind { none, letter, several };
  Kind kind = Kind::none;
  std::string letter;
};

class ChoiceLetter : public GoldReward {
 public:
  explicit ChoiceLetter(const ChoiceLetterConfig& config)
      : GoldReward(config.column),
        config_(config),
        leading_(
            R"(^\W*+(?:option|choice|answer)?\W*+[)" + config.letters + R"(](?:[\s).:,\]}*]|$))",
            {.ignore_case = true}),
        named_("(?<![A-Za-z])[" + config.letters + "](?![A-Za-z'])"),
        alone_(R"(\W*+[)" + config.letters + R"(]\W*+)", {.full = true}) {}

  std::vector<std::string> prompt_columns() const override {
    std::vector<std::string> columns = GoldReward::prompt_columns();
    if (!config_.choices.empty()) {
      columns.push_back(config_.choices);
    }
    return columns;
  }

 protected:
  Verdict judge_against(const RewardItem& item, std::vector<std::string> golds) const override {
    std::vector<std::string> choices;
    if (!config_.choices.empty()) {
      std::string problem;
      auto listed = text_column(item.prompt(), config_.choices, problem);
      if (!listed) {
        return Verdict::failed(problem);
      }
      choices = std::move(*listed);
    }
    const auto visible = visible_part(item.completion, config_.extraction.think);
    if (!visible) {
      return {VerdictKind::score, 0.0, "unfinished_thinking"};
    }
    for (const Extractor extractor : config_.extraction.extractors) {
      const Choice choice = choice_in(extractor, *visible, choices);
      if (choice.kind == Choice::Kind::several) {
        return {VerdictKind::score, 0.0, "several_letters"};
      }
      if (choice.kind == Choice::Kind::letter) {
        const bool right = std::any_of(golds.begin(), golds.end(), [&](const std::string& gold) {
          return upper(std::string(strip(gold))) == choice.letter;
        });
        return {VerdictKind::score, right ? 1.0 : 0.0, "chose " + choice.letter};
      }
    }
    return {VerdictKind::score, 0.0, "no_answer"};
  }

 private:
  static std::string upper(std::string text) {
    for (char& c : text) {
      c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return text;
  }

  Choice choice_in(Extractor extractor, std::string_view visible,
                   const std::vector<std::string>& choices) const {
    auto found = found_by(extractor, visible);
    if (extractor == Extractor::last_line && found && !alone_.find(*found)) {
      return {};  // a last line counts only where it holds nothing else
    }
    if (!found || found->empty()) {
      return {};
    }
    const std::string text(strip(replace_all(without_text_commands(std::move(*found)), "$", "")));
    std::set<std::string_view> letters;
    for (const TextSpan& letter : named_.find_all(text)) {
      letters.insert(letter.of(text));
    }
    if (letters.size() > 1) {
      return {Choice::Kind::several, ""};
    }
    if (const auto leading = leading_.find(text)) {
      return {Choice::Kind::letter, last_letter(leading->of(text))};
    }
    return chosen_text(text, choices);
  }

  // What the leading pattern ends with: a letter and at most one character behind it.
  std::string last_letter(std::string_view text) const {
    const std::string folded = upper(std::string(text));
    return folded.substr(folded.find_last_of(config_.letters), 1);
  }

  Choice chosen_text(const std::string& text, const std::vector<std::string>& choices) const {
    Choice choice;
    int num_hits = 0;
    for (size_t i = 0; i < std::min(choices.size(), config_.letters.size()); ++i) {
      if (squad_normalized(choices[i]) == squad_normalized(text)) {
        choice = {Choice::Kind::letter, config_.letters.substr(i, 1)};
        ++num_hits;
      }
    }
    return num_hits == 1 ? choice : Choice{};
  }

  const ChoiceLetterConfig config_;
  const Regex leading_;
  const Regex named_;
  const Regex alone_;
};

}  // namespace

RewardEntry choice_letter_entry() {
  return reward_entry<ChoiceLetter, ChoiceLetterConfig>(
      "choice_letter", "1 when the answer names the letter of the right choice, else 0");
}

}  // namespace kedge
