#include "rollout/tasks/countdown.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "rollout/tasks/draws.h"

namespace kedge {

namespace {

constexpr double kSearches = 0.5;  // else answers at once
constexpr double kWanders = 0.3;   // the next try is a random chain, not the nearest neighbour
constexpr double kGuessesSolution = 0.2;
constexpr double kSlips = 0.03;  // a partial result is off by 1 to 3
constexpr int kMostTries = 6;

// numbers[0] op[0] numbers[1] op[1] ..., from left to right.
struct Chain {
  std::vector<int64_t> numbers;
  std::string operations;
};

int64_t apply(char operation, int64_t left, int64_t right) {
  if (operation == '+') return left + right;
  if (operation == '-') return left - right;
  return left * right;
}

// The chain's value; nullopt when a partial result is negative.
std::optional<int64_t> value_of(const Chain& chain) {
  int64_t value = chain.numbers.front();
  for (size_t i = 0; i < chain.operations.size(); ++i) {
    value = apply(chain.operations[i], value, chain.numbers[i + 1]);
    if (value < 0) return std::nullopt;
  }
  return value;
}

// Parentheses only where a product follows a sum.
std::string expression_of(const Chain& chain) {
  std::string text = std::to_string(chain.numbers.front());
  bool is_sum = false;
  for (size_t i = 0; i < chain.operations.size(); ++i) {
    const char operation = chain.operations[i];
    if (operation == '*' && is_sum) {
      text = "(" + text + ")";
      is_sum = false;
    }
    text += operation + std::to_string(chain.numbers[i + 1]);
    is_sum = is_sum || operation != '*';
  }
  return text;
}

void shuffle(Draws& draws, std::vector<int64_t>& numbers) {
  for (size_t i = numbers.size(); i > 1; --i) std::swap(numbers[i - 1], numbers[draws.below(i)]);
}

// A random chain over the numbers in a random order whose partial results are not negative.
Chain random_chain(Draws& draws, std::vector<int64_t> numbers, const std::string& operations) {
  shuffle(draws, numbers);
  Chain chain{{numbers.front()}, ""};
  int64_t value = numbers.front();
  for (size_t i = 1; i < numbers.size(); ++i) {
    char operation = operations[draws.below(operations.size())];
    if (operation == '-' && value < numbers[i]) operation = '+';
    value = apply(operation, value, numbers[i]);
    chain.numbers.push_back(numbers[i]);
    chain.operations += operation;
  }
  return chain;
}

struct Puzzle {
  std::vector<int64_t> numbers;  // as the prompt shows them
  Chain solution;
  int64_t target = 0;
};

Puzzle make_puzzle(uint64_t seed, uint64_t ordinal, const CountdownConfig& config) {
  Draws draws(seed, ordinal, Draws::kPrompt);
  const int64_t count = draws.between(config.numbers[0], config.numbers[1]);
  while (true) {
    Puzzle puzzle;
    for (int64_t i = 0; i < count; ++i) puzzle.numbers.push_back(draws.between(1, config.largest));
    puzzle.solution = random_chain(draws, puzzle.numbers, config.operations);
    puzzle.target = *value_of(puzzle.solution);
    if (puzzle.target >= 1 && puzzle.target <= config.largest_target) return puzzle;
  }
}

// The chain with one operation replaced, or the first number exchanged with another, that comes
// nearest to the target; nullopt when none comes nearer than `chain`.
std::optional<Chain> nearest_neighbour(const Chain& chain, const Puzzle& puzzle,
                                       const std::string& operations) {
  std::optional<Chain> best;
  int64_t distance = std::abs(*value_of(chain) - puzzle.target);
  const auto consider = [&](const Chain& neighbour) {
    const std::optional<int64_t> value = value_of(neighbour);
    if (!value || std::abs(*value - puzzle.target) >= distance) return;
    distance = std::abs(*value - puzzle.target);
    best = neighbour;
  };
  for (size_t i = 0; i < chain.operations.size(); ++i) {
    for (const char operation : operations) {
      Chain neighbour = chain;
      neighbour.operations[i] = operation;
      consider(neighbour);
    }
    Chain exchanged = chain;
    std::swap(exchanged.numbers.front(), exchanged.numbers[i + 1]);
    consider(exchanged);
  }
  return best;
}

// `25+7=32-4=28`, every partial result slipping now and then; returns what the line ends in.
int64_t write_try(Draws& draws, const Chain& chain, std::string& out) {
  int64_t value = chain.numbers.front();
  out += std::to_string(value);
  for (size_t i = 0; i < chain.operations.size(); ++i) {
    value = std::max<int64_t>(0, apply(chain.operations[i], value, chain.numbers[i + 1]));
    if (draws.chance(kSlips)) value += draws.between(1, 3);
    out += chain.operations[i] + std::to_string(chain.numbers[i + 1]) + "=" + std::to_string(value);
  }
  return value;
}

class Countdown : public Task {
 public:
  explicit Countdown(const CountdownConfig& config) : config_(config) {}

  TaskPrompt make(uint64_t seed, uint64_t ordinal) const override {
    const Puzzle puzzle = make_puzzle(seed, ordinal, config_);
    std::string text;
    for (const int64_t number : puzzle.numbers) text += std::to_string(number) + " ";
    text += "-> " + std::to_string(puzzle.target) + ":";
    return {text,
            expression_of(puzzle.solution),
            {{"numbers", puzzle.numbers}, {"target", puzzle.target}}};
  }

  std::string demonstrate(const TaskPrompt&, uint64_t seed, uint64_t ordinal) const override {
    const Puzzle puzzle = make_puzzle(seed, ordinal, config_);
    Draws draws(seed, ordinal, Draws::kDemonstration);
    if (!draws.chance(kSearches)) {
      const bool solves = draws.chance(kGuessesSolution);
      return expression_of(solves ? puzzle.solution : wander(draws, puzzle));
    }
    std::string text;
    Chain chain = wander(draws, puzzle);
    for (int tries = 1; tries <= kMostTries; ++tries) {
      const bool hits = write_try(draws, chain, text) == puzzle.target;
      text += hits ? "!\n" : "\n";
      if (hits) break;
      if (tries < kMostTries) chain = next_try(draws, puzzle, chain);
    }
    return text + expression_of(chain);
  }

 private:
  Chain wander(Draws& draws, const Puzzle& puzzle) const {
    return random_chain(draws, puzzle.numbers, config_.operations);
  }

  Chain next_try(Draws& draws, const Puzzle& puzzle, const Chain& chain) const {
    if (draws.chance(kWanders)) return wander(draws, puzzle);
    const auto nearer = nearest_neighbour(chain, puzzle, config_.operations);
    return nearer ? *nearer : wander(draws, puzzle);
  }

  CountdownConfig config_;
};

std::unique_ptr<Task> create(const ConfigNode& settings, const std::string& path) {
  CountdownConfig config;
  bind(settings, config, path);
  return std::make_unique<Countdown>(config);
}

}  // namespace

void CountdownConfig::check(const std::string& path) const {
  if (numbers[0] > numbers[1]) {
    throw ConfigError(join_path(path, "numbers"),
                      "[" + std::to_string(numbers[0]) + ", " + std::to_string(numbers[1]) + "]",
                      "fewest first");
  }
  const size_t bad = operations.find_first_not_of("+-*");
  if (bad != std::string::npos) {
    throw ConfigError(join_path(path, "operations"), "'" + operations.substr(bad, 1) + "'",
                      "some of + - *");
  }
  if (operations.find('+') == std::string::npos) {
    throw ConfigError(join_path(path, "operations"), "'" + operations + "'", "+ and others");
  }
  // Below this sum some settings would have no prompt at all.
  const int32_t least = largest + numbers[1];
  if (largest_target < least) {
    throw ConfigError(join_path(path, "largest_target"), std::to_string(largest_target),
                      "at least largest and one per number, " + std::to_string(least));
  }
}

TaskEntry countdown_task() {
  return {"countdown", "make a target from given numbers, 3 7 25 4 -> 31:", &create,
          [] { return describe(CountdownConfig()); }};
}

}  // namespace kedge
