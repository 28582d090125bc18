#include "rewards/extract.h"
#include "rewards/gold.h"
#include "rewards/text.h"

namespace kedge {
namespace {

enum class Normalize { none, squad };

std::span<const std::string_view> enum_names(Normalize) {
  static constexpr std::array<std::string_view, 2> names = {"none", "squad"};
  return names;
}

struct ExactAnswerConfig {
  ExtractConfig extraction = extract_by({Extractor::last_line});
  Normalize normalize = Normalize::none;
  std::string column;
};

template <class V>
void visit(V& v, ExactAnswerConfig& c) {
  visit_extraction(v, c.extraction);
  v.field("normalize", c.normalize,
          "none: equal after trimming; squad: lower case, no punctuation, no articles");
  visit_gold(v, c.column);
}

class ExactAnswer : public GoldReward {
 public:
  explicit ExactAnswer(const ExactAnswerConfig& config)
      : GoldReward(config.column), config_(config) {}

 protected:
  Verdict judge_against(const RewardItem& item, std::vector<std::string> golds) const override {
    const Extraction found = extract_answer(item.completion, config_.extraction);
    if (!found.answer) {
      return {VerdictKind::score, 0.0, found.how};
    }
    const std::string answer = key_of(*found.answer);
    const bool equal = std::any_of(golds.begin(), golds.end(),
                                   [&](const std::string& gold) { return key_of(gold) == answer; });
    return Verdict::scored(equal ? 1.0 : 0.0);
  }

 private:
  std::string key_of(const std::string& text) const {
    return config_.normalize == Normalize::squad ? squad_normalized(text)
                                                 : std::string(strip(text));
  }

  const ExactAnswerConfig config_;
};

}  // namespace

RewardEntry exact_answer_entry() {
  return reward_entry<ExactAnswer, ExactAnswerConfig>(
      "exact_answer", "1 when the answer found in the completion equals the prompt's, else 0");
}

}  // namespace kedge
