#include "rewards/entry.h"
#include "rewards/extract.h"
#include "rewards/extract_boxed.h"
#include "rewards/gold.h"
#include "rewards/math/compare.h"
#include "rewards/text.h"

namespace kedge {
namespace {

struct MathAnswerConfig {
  ExtractConfig extraction = extract_by({Extractor::boxed, Extractor::hashes, Extractor::phrase});
  CompareConfig comparison;
  std::string column;
};

template <class V>
void visit(V& v, MathAnswerConfig& c) {
  visit_extraction(v, c.extraction);
  visit_comparison(v, c.comparison);
  visit_gold(v, c.column);
}

// A gold may be a whole solution: its box, or what stands behind ####, is the answer.
std::string answer_of_solution(const std::string& gold) {
  for (const Extractor extractor : {Extractor::boxed, Extractor::hashes}) {
    if (auto found = found_by(extractor, gold); found && !found->empty()) {
      return *found;
    }
  }
  return gold;
}

class MathAnswerReward : public GoldReward {
 public:
  explicit MathAnswerReward(const MathAnswerConfig& config)
      : GoldReward(config.column), config_(config) {}

 protected:
  Verdict judge_against(const RewardItem& item, std::vector<std::string> golds) const override {
    for (std::string& gold : golds) {
      gold = answer_of_solution(gold);
    }
    std::erase_if(golds, [](const std::string& gold) { return is_blank(gold); });
    if (golds.empty()) {
      return Verdict::abstained("prompt " + item.prompt().id + " has no answer");
    }
    const Extraction found = extract_answer(item.completion, config_.extraction);
    if (!found.answer) {
      return {VerdictKind::score, 0.0, found.how};
    }
    return verdict_on(*found.answer, golds);
  }

 private:
  Verdict verdict_on(const std::string& answer, const std::vector<std::string>& golds) const {
    std::string why;
    for (const std::string& gold : golds) {
      const MathComparison compared = compare_math(answer, gold, config_.comparison);
      if (compared.outcome == MathComparison::Outcome::equal) {
        return {VerdictKind::score, 1.0, compared.why};
      }
      if (compared.outcome == MathComparison::Outcome::different) {
        why = compared.why;
      }
    }
    // Only golds that nobody can read: nothing is known about the answer.
    return why.empty() ? Verdict::abstained("gold '" + golds.front() + "' cannot be read")
                       : Verdict{VerdictKind::score, 0.0, why};
  }

  const MathAnswerConfig config_;
};

}  // namespace

RewardEntry math_answer_entry() {
  return reward_entry<MathAnswerReward, MathAnswerConfig>(
      "math_answer", "1 when the answer equals the prompt's as mathematics, else 0");
}

}  // namespace kedge
