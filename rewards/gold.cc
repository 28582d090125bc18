#include "rewards/gold.h"

#include "rewards/text.h"

namespace kedge {

std::vector<std::string> GoldReward::prompt_columns() const {
  return column_.empty() ? std::vector<std::string>{} : std::vector{column_};
}

std::optional<std::vector<std::string>> GoldReward::golds_of(const Prompt& prompt,
                                                             std::string& problem) const {
  std::vector<std::string> golds = {prompt.answer};
  if (!column_.empty()) {
    auto listed = text_column(prompt, column_, problem);
    if (!listed) {
      return std::nullopt;
    }
    golds = std::move(*listed);
  }
  std::erase_if(golds, [](const std::string& gold) { return is_blank(gold); });
  return golds;
}

std::optional<PromptProblem> GoldReward::problem_with(const Prompt& prompt) const {
  std::string problem;
  const auto golds = golds_of(prompt, problem);
  if (!golds) {
    return PromptProblem{problem, "a text, a number or a list of them"};
  }
  if (!golds->empty()) {
    return std::nullopt;
  }
  if (!column_.empty()) {
    return PromptProblem{"no answer: column '" + column_ + "' is empty",
                         "a text, a number or a list of them"};
  }
  constexpr const char* kWays =
      "`columns: {answer: NAME}` of the data or the reward's setting `column` names another one";
  return PromptProblem{"no answer: member 'answer' is missing or empty", kWays};
}

Verdict GoldReward::judge(const RewardItem& item) const {
  std::string problem;
  auto golds = golds_of(item.prompt(), problem);
  if (!golds) {
    return Verdict::failed(problem);
  }
  return golds->empty() ? Verdict::abstained("prompt " + item.prompt().id + " has no answer")
                        : judge_against(item, std::move(*golds));
}

}  // namespace kedge
