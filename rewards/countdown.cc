#include "core/json.h"
#include "rewards/entry.h"
#include "rewards/extract.h"
#include "rewards/math/evaluate.h"
#include "rewards/math/normalize.h"
#include "rewards/math/parser.h"
#include "rewards/regex.h"
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

// The expression in plain signs; what stands behind "=" is dropped. "": something else stands there
// too.
std::string plain_arithmetic(const std::string& answer) {
  static const Regex plain(R"([\d\s+\-*/().]+)", {.full = true});
  static const Regex forbidden(R"(\*\*|//|\d\.|\.\d|\d\s+\d)");
  std::string text = normalized_math(answer);
  text = text.substr(0, text.find('='));
  text = replace_all(std::move(text), "\\times", "*");
  text = replace_all(std::move(text), "\\cdot", "*");
  text = replace_all(std::move(text), "\\div", "/");
  return plain.find(text) && !forbidden.find(text) ? text : "";
}

std::vector<mpz_class> numbers_in(const std::string& text) {
  static const Regex digits("[0-9]+");
  std::vector<mpz_class> numbers;
  for (const TextSpan& found : digits.find_all(text)) {
    numbers.emplace_back(std::string(found.of(text)), 10);
  }
  return numbers;
}

// Whether `used` fits into `given`, as multisets; with `all` they must be equal.
bool uses_given(std::vector<mpz_class> used, std::vector<mpz_class> given, bool all) {
  std::sort(used.begin(), used.end());
  std::sort(given.begin(), given.end());
  return all ? used == given : std::includes(given.begin(), given.end(), used.begin(), used.end());
}

bool reaches(const MathTree& tree, int64_t target) {
  constexpr int64_t kBudget = 100'000;
  WorkBudget budget(kBudget);
  const Value value = evaluate(tree, {}, {}, budget);
  return value && std::get_if<mpq_class>(&*value) != nullptr &&
         std::get<mpq_class>(*value) == target;
}

class Countdown : public TrajectoryReward {
 public:
  explicit Countdown(const CountdownConfig& config) : config_(config) {}

  std::vector<std::string> prompt_columns() const override {
    return {config_.numbers, config_.target};
  }

 protected:
  Verdict judge(const RewardItem& item) const override {
    std::vector<mpz_class> given;
    int64_t target = 0;
    try {
      const std::string place = "prompt " + item.prompt().id;
      const json& columns = item.prompt().columns;
      const auto numbers = required<std::vector<int64_t>>(columns, config_.numbers.c_str(), place);
      given.assign(numbers.begin(), numbers.end());
      target = required<int64_t>(columns, config_.target.c_str(), place);
    } catch (const ConfigError& error) {
      return Verdict::failed(error.what());
    }
    const Extraction found = extract_answer(item.completion, config_.extraction);
    if (!found.answer) {
      return {VerdictKind::score, 0.0, found.how};
    }
    const std::string text = plain_arithmetic(*found.answer);
    const auto tree = text.empty() ? std::nullopt : parse_expression(text);
    if (!tree) {
      return {VerdictKind::score, config_.format_score, "no arithmetic"};
    }
    const bool right =
        uses_given(numbers_in(text), std::move(given), config_.use_all) && reaches(*tree, target);
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
