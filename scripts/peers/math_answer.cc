// Judges JSON lines {"completion", "answer"} with the reward `math_answer`: one line {"score"} each (null:
// abstains), then {"seconds"} of processor time for all of them. For scripts/compare_math_verify.
#include <ctime>
#include <iostream>
#include <string>
#include <vector>

#include "core/json.h"
#include "rewards/reward.h"

int main() {
  using namespace kedge;
  std::vector<Group> groups;
  std::vector<RewardItem> items;
  for (std::string line; std::getline(std::cin, line);) {
    const json pair = parse_json(line, "input");
    groups.emplace_back();
    groups.back().prompt.answer = pair.at("answer");
    items.emplace_back();
    items.back().completion = pair.at("completion");
  }
  for (size_t i = 0; i < items.size(); ++i) {
    items[i].group = &groups[i];
  }
  const auto reward = find_entry("reward", reward_table(), "math_answer").create({}, "math_answer");
  std::vector<Verdict> verdicts(items.size());
  const std::clock_t start = std::clock();
  reward->score(items, verdicts);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  for (const Verdict& verdict : verdicts) {
    std::cout << json{{"score", verdict.has_score() ? json(verdict.score) : json()}} << "\n";
  }
  std::cout << json{{"seconds", seconds}} << "\n";
}
