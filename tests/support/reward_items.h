// One-trajectory reward items, and rewards made as a config file would.
#pragma once
#include <memory>
#include <string>

#include "rewards/reward.h"

namespace kedge {

// A group of one prompt with as many answers as given, and the items that judge them.
class JudgedPrompt {
 public:
  explicit JudgedPrompt(const std::vector<std::string>& completions,
                        json columns = json::object(), std::string answer = "")
      : group_(std::make_unique<Group>()) {
    group_->prompt.id = "test:1";
    group_->prompt.columns = std::move(columns);
    group_->prompt.answer = std::move(answer);
    group_->trajectories.resize(completions.size());
    for (size_t i = 0; i < completions.size(); ++i) {
      RewardItem item;
      item.group = group_.get();
      item.trajectory = static_cast<int32_t>(i);
      item.completion = completions[i];
      item.tokens.assign(item.completion.begin(), item.completion.end());
      items_.push_back(std::move(item));
    }
  }
  const std::vector<RewardItem>& items() const { return items_; }
  const Group& group() const { return *group_; }

 private:
  std::unique_ptr<Group> group_;
  std::vector<RewardItem> items_;
};

// `settings` is YAML, such as "{tags: [a, b]}".
inline std::unique_ptr<Reward> make_reward(const std::string& name, const std::string& settings) {
  const RewardEntry& entry = find_entry("reward", reward_table(), name);
  return entry.create(parse_yaml(settings, "test"), "rewards[0]");
}

inline Verdict verdict_of(const std::string& name, const std::string& settings,
                          const std::string& completion, json columns = json::object(),
                          std::string answer = "") {
  const JudgedPrompt prompt({completion}, std::move(columns), std::move(answer));
  Verdict verdict = Verdict::failed("unwritten");
  make_reward(name, settings)->score(prompt.items(), std::span(&verdict, 1));
  return verdict;
}

// The score, or NaN where there is none.
inline double score_of(const std::string& name, const std::string& settings,
                       const std::string& completion, json columns = json::object(),
                       std::string answer = "") {
  const Verdict verdict =
      verdict_of(name, settings, completion, std::move(columns), std::move(answer));
  return verdict.has_score() ? verdict.score : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace kedge
