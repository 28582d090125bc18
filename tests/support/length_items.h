// Groups of answers of given lengths, for length rewards.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "tests/support/reward_items.h"

namespace kedge {

// One prompt whose answers have these lengths and metrics (NaN: unknown); the columns may be read.
class MeasuredPrompt {
 public:
  MeasuredPrompt(const std::vector<int32_t>& lengths, const std::vector<double>& metrics,
                 json columns = json::object())
      : judged_(std::vector<std::string>(lengths.size()), std::move(columns)),
        items_(judged_.items()) {
    for (size_t i = 0; i < lengths.size(); ++i) {
      items_[i].length = lengths[i];
      if (!std::isnan(metrics[i])) {
        items_[i].metric = items_[i].combined = metrics[i];
      }
    }
  }
  std::vector<RewardItem>& items() { return items_; }

 private:
  JudgedPrompt judged_;
  std::vector<RewardItem> items_;
};

// The terms, NaN where there is none.
inline std::vector<double> terms_of(Reward& reward, std::span<const RewardItem> items) {
  std::vector<Verdict> verdicts(items.size(), Verdict::failed("unwritten"));
  reward.score(items, verdicts);
  std::vector<double> terms;
  for (const Verdict& verdict : verdicts) {
    EXPECT_NE(verdict.note, "unwritten");
    terms.push_back(verdict.has_score() ? verdict.score : std::nan(""));
  }
  return terms;
}

inline std::vector<double> terms_of(const std::string& name, const std::string& settings,
                                    MeasuredPrompt& prompt) {
  return terms_of(*make_reward(name, settings), prompt.items());
}

}  // namespace kedge
