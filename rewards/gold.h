// Rewards that compare a completion with the prompt's gold answer.
#pragma once
#include "rewards/entry.h"

namespace kedge {

// Golds are the prompt's `answer`, or what stands in the column that the reward's setting `column`
// names: a text, a number or a list of them; any of them may be met. A prompt without one is
// refused before the first step; where it turns up all the same, the verdict is to abstain.
class GoldReward : public TrajectoryReward {
 public:
  explicit GoldReward(std::string column) : column_(std::move(column)) {}

  std::vector<std::string> prompt_columns() const override;
  std::optional<PromptProblem> problem_with(const Prompt& prompt) const override;

 protected:
  Verdict judge(const RewardItem& item) const final;
  // `golds` are not empty and none of them is blank.
  virtual Verdict judge_against(const RewardItem& item, std::vector<std::string> golds) const = 0;

 private:
  // nullopt: the column is not there or holds something else; `problem` says so.
  std::optional<std::vector<std::string>> golds_of(const Prompt& prompt,
                                                   std::string& problem) const;

  const std::string column_;
};

template <class V>
void visit_gold(V& v, std::string& column) {
  v.field("column", column, "prompt column with the answer or a list of them; empty: answer");
}

}  // namespace kedge
