#include <map>

#include "rewards/extract.h"
#include "rewards/gold.h"
#include "rewards/text.h"

namespace kedge {
namespace {

struct TokenF1Config {
  ExtractConfig extraction = extract_by({Extractor::last_line});
  double least = 0.0;
  std::string column;
};

template <class V>
void visit(V& v, TokenF1Config& c) {
  visit_extraction(v, c.extraction);
  v.field("least", c.least, "score of an answer that was found but shares no word with a gold",
          between(0, 1));
  visit_gold(v, c.column);
}

bool is_verdict_word(const std::string& text) {
  return text == "yes" || text == "no" || text == "noanswer";
}

int64_t num_shared(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::map<std::string, int64_t> left;
  for (const std::string& word : b) {
    ++left[word];
  }
  return std::count_if(a.begin(), a.end(), [&](const std::string& word) {
    const auto found = left.find(word);
    return found != left.end() && found->second-- > 0;
  });
}

// Harmonic mean of precision and recall over the words, both normalised as SQuAD does.
double f1_of(const std::string& answer, const std::string& gold) {
  if ((is_verdict_word(answer) || is_verdict_word(gold)) && answer != gold) {
    return 0.0;
  }
  const std::vector<std::string> answered = words_of(answer);
  const std::vector<std::string> expected = words_of(gold);
  const auto shared = static_cast<double>(num_shared(answered, expected));
  if (shared == 0.0) {
    return 0.0;
  }
  const double precision = shared / static_cast<double>(answered.size());
  const double recall = shared / static_cast<double>(expected.size());
  return 2.0 * precision * recall / (precision + recall);
}

class TokenF1 : public GoldReward {
 public:
  explicit TokenF1(const TokenF1Config& config) : GoldReward(config.column), config_(config) {}

 protected:
  Verdict judge_against(const RewardItem& item, std::vector<std::string> golds) const override {
    const Extraction found = extract_answer(item.completion, config_.extraction);
    if (!found.answer) {
      return {VerdictKind::score, 0.0, found.how};
    }
    const std::string answer = squad_normalized(*found.answer);
    double best = 0.0;
    for (const std::string& gold : golds) {
      best = std::max(best, f1_of(answer, squad_normalized(gold)));
    }
    return Verdict::scored(best > 0.0 ? best : config_.least);
  }

 private:
  const TokenF1Config config_;
};

}  // namespace

RewardEntry token_f1_entry() {
  return reward_entry<TokenF1, TokenF1Config>(
      "token_f1", "F1 over the words of the answer and the nearest gold, as SQuAD counts it");
}

}  // namespace kedge
