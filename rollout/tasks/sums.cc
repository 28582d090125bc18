#include "rollout/tasks/sums.h"

#include <cstdlib>

#include "rollout/tasks/draws.h"

namespace kedge {

namespace {

constexpr double kThinks = 0.5;
constexpr double kSlips = 0.10;
constexpr double kGuessesWrong = 0.5;

struct Term {
  char sign = '+';
  int64_t value = 0;
};

std::vector<Term> parse_terms(const std::string& text) {
  std::vector<Term> terms;
  char sign = '+';
  for (const char c : text) {
    if (c == '+' || c == '-') {
      sign = c;
    } else if (c != '=') {
      terms.push_back({sign, c - '0'});
    }
  }
  return terms;
}

// `value` moved by 1 to 3 either way, never below zero.
int64_t slipped(Draws& draws, int64_t value) {
  const int64_t distance = draws.between(1, 3);
  const bool down = draws.chance(0.5);
  return down && value >= distance ? value - distance : value + distance;
}

// The re-check of `before sign value = after` is the inverse step.
std::string checked_line(const Term& term, int64_t before, int64_t after) {
  const char inverse = term.sign == '+' ? '-' : '+';
  return std::to_string(after) + inverse + std::to_string(term.value) + "=" +
         std::to_string(before) + "\n";
}

class Sums : public Task {
 public:
  explicit Sums(const SumsConfig& config) : config_(config) {}

  TaskPrompt make(uint64_t seed, uint64_t ordinal) const override {
    Draws draws(seed, ordinal, Draws::kPrompt);
    const int64_t count = draws.between(config_.operands[0], config_.operands[1]);
    int64_t total = draws.between(1, 9);
    std::string text = std::to_string(total);
    for (int64_t i = 1; i < count; ++i) {
      const int64_t value = draws.between(1, 9);
      const bool minus = draws.chance(0.5) && total >= value;
      total += minus ? -value : value;
      text += (minus ? "-" : "+") + std::to_string(value);
    }
    return {text + "=", std::to_string(total), {{"operands", count}}};
  }

  std::string demonstrate(const TaskPrompt& prompt, uint64_t seed,
                          uint64_t ordinal) const override {
    Draws draws(seed, ordinal, Draws::kDemonstration);
    std::string thinking;
    int64_t total = std::stoll(prompt.answer);
    if (draws.chance(kThinks)) {
      total = think(draws, parse_terms(prompt.text), thinking);
    } else if (draws.chance(kGuessesWrong)) {
      total = slipped(draws, total);
    }
    const std::string answer = std::to_string(total);
    if (!config_.tags) return thinking + answer;
    return "<think>\n" + thinking + "</think>\n<answer>" + answer + "</answer>";
  }

 private:
  int64_t think(Draws& draws, const std::vector<Term>& terms, std::string& out) const {
    int64_t total = terms.front().value;
    for (size_t i = 1; i < terms.size(); ++i) {
      const int64_t before = total;
      // A slip before may have left less than is now taken away.
      total =
          std::max<int64_t>(0, before + (terms[i].sign == '+' ? terms[i].value : -terms[i].value));
      if (draws.chance(kSlips)) total = slipped(draws, total);
      const std::string line = std::to_string(before) + terms[i].sign +
                               std::to_string(terms[i].value) + "=" + std::to_string(total) + "\n";
      out += line;
      if (draws.chance(config_.verbosity)) {
        out += draws.chance(0.5) ? line : checked_line(terms[i], before, total);
      }
    }
    return total;
  }

  SumsConfig config_;
};

std::unique_ptr<Task> create(const ConfigNode& settings, const std::string& path) {
  SumsConfig config;
  bind(settings, config, path);
  return std::make_unique<Sums>(config);
}

}  // namespace

void SumsConfig::check(const std::string& path) const {
  if (operands[0] > operands[1]) {
    throw ConfigError(join_path(path, "operands"),
                      "[" + std::to_string(operands[0]) + ", " + std::to_string(operands[1]) + "]",
                      "fewest first");
  }
}

TaskEntry sums_task() {
  return {"sums", "add and subtract one-digit numbers, 7+5-3+8=", &create,
          [] { return describe(SumsConfig()); }};
}

}  // namespace kedge
