#include "core/json.h"
#include "rewards/arithmetic.h"
#include "rewards/entry.h"
#include "rewards/extract.h"
#include "rewards/text.h"

namespace kedge {
namespace {

struct CountdownConfig {
  ExtractConfig extraction = extract_by({Extractor::tag, Extractor::boxed, Extractor::phrase});
  bool use_all = true;
  double format_score = 0.0;
  std::string numbers = "numbers";
  std::string target = "target";
};

template <class V>
void visit(V& v, CountdownConfig& c) {
  visit_extraction(v, c.extraction);
  v.field("use_all", c.use_all, "each number exactly as often as given; false: at most as often");
  v.field("format_score", c.format_score, "score of an answer that was found but is wrong");
  v.field("numbers", c.numbers, "prompt column with the list of numbers", not_empty());
  v.field("target", c.target, "prompt column with the number to reach", not_empty());
}

// LaTeX and Unicode spellings of what arithmetic reads; everything behind "=" is dropped.
std::string plain_arithmetic(std::string text) {
  static const std::vector<std::pair<std::string, std::string>> spellings = {
      {"−", "-"},      {"–", "-"},      {"×", "*"},  {"·", "*"},       {"⋅", "*"},
      {"÷", "/"},      {"（", "("},     {"）", ")"}, {"\u00a0", " "},  {"\\left", ""},
      {"\\right", ""}, {"\\!", ""},     {"\\,", " "}, {"\\;", " "},     {"\\:", " "},
      {"\\ ", " "},    {"~", " "},      {"\\(", ""},  {"\\)", ""},      {"\\[", ""},
      {"\\]", ""},     {"\\$", "$"},    {"$", " "},   {"\\times", "*"}, {"\\cdot", "*"},
      {"\\div", "/"},  {"\n", " "},     {"\t", " "},  {"\r", " "},
  };
  for (const auto& [from, to] : spellings) {
    text = replace_all(std::move(text), from, to);
  }
  text.erase(text.find_last_not_of(".,;: ") + 1);
  return text.substr(0, text.find('='));
}

// Whether `used` fits into `given`, as multisets; with `all` they must be equal.
bool uses_given(std::vector<int64_t> used, std::vector<int64_t> given, bool all) {
  std::sort(used.begin(), used.end());
  std::sort(given.begin(), given.end());
  return all ? used == given
             : std::includes(given.begin(), given.end(), used.begin(), used.end());
}

class Countdown : public TrajectoryReward {
 public:
  explicit Countdown(const CountdownConfig& config) : config_(config) {}

  std::vector<std::string> prompt_columns() const override {
    return {config_.numbers, config_.target};
  }

 protected:
  Verdict judge(const RewardItem& item) const override {
    std::vector<int64_t> given;
    int64_t target = 0;
    try {
      const std::string place = "prompt " + item.prompt().id;
      const json& columns = item.prompt().columns;
      given = required<std::vector<int64_t>>(columns, config_.numbers.c_str(), place);
      target = required<int64_t>(columns, config_.target.c_str(), place);
    } catch (const ConfigError& error) {
      return Verdict::failed(error.what());
    }
    const Extraction found = extract_answer(item.completion, config_.extraction);
    if (!found.answer) {
      return {VerdictKind::score, 0.0, found.how};
    }
    const auto result = evaluate_arithmetic(plain_arithmetic(*found.answer));
    if (!result) {
      return {VerdictKind::score, config_.format_score, "no arithmetic"};
    }
    const bool right = uses_given(result->numbers, given, config_.use_all) &&
                       result->denominator == 1 && result->numerator == target;
    return Verdict::scored(right ? 1.0 : config_.format_score);
  }

 private:
  const CountdownConfig config_;
};

}  // namespace

RewardEntry countdown_entry() {
  return reward_entry<Countdown, CountdownConfig>(
      "countdown", "1 when the expression reaches the target with the given numbers, exactly");
}

}  // namespace kedge
