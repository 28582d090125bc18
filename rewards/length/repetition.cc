#include <algorithm>

#include "rewards/length/length_reward.h"

namespace kedge {
namespace {

struct RepetitionConfig {
  int64_t ngram = 3;
  double max_penalty = -1.0;
};

template <class V>
void visit(V& v, RepetitionConfig& c) {
  v.field("ngram", c.ngram, "tokens of a group that may repeat", positive());
  v.field("max_penalty", c.max_penalty, "term where nothing but one group is repeated", at_most(0));
}

// Number of different groups of n tokens side by side: their places sorted by what stands there.
size_t num_different(std::span<const Token> tokens, size_t n) {
  std::vector<size_t> places(tokens.size() - n + 1);
  for (size_t i = 0; i < places.size(); ++i) {
    places[i] = i;
  }
  const auto at = [&](size_t place) { return tokens.subspan(place, n); };
  std::sort(places.begin(), places.end(), [&](size_t a, size_t b) {
    return std::lexicographical_compare(at(a).begin(), at(a).end(), at(b).begin(), at(b).end());
  });
  const auto end = std::unique(places.begin(), places.end(), [&](size_t a, size_t b) {
    return std::equal(at(a).begin(), at(a).end(), at(b).begin());
  });
  return static_cast<size_t>(end - places.begin());
}

// (1 - different / all groups of n tokens) max_penalty; 0 for fewer than n tokens (TRL; arXiv
// 2502.03373).
class Repetition : public RowLengthReward {
 public:
  explicit Repetition(const RepetitionConfig& config)
      : RowLengthReward(LengthConfig{.threshold = 1.0}), config_(config) {}

 protected:
  Verdict term(const RewardItem& item, const LengthRow&) const override {
    const auto n = static_cast<size_t>(config_.ngram);
    if (item.tokens.size() < n) {
      return Verdict::scored(0.0);
    }
    const auto all = static_cast<double>(item.tokens.size() - n + 1);
    const auto different = static_cast<double>(num_different(item.tokens, n));
    return Verdict::scored((1.0 - different / all) * config_.max_penalty);
  }

 private:
  const RepetitionConfig config_;
};

}  // namespace

RewardEntry repetition_entry() {
  return reward_entry<Repetition, RepetitionConfig>(
      "repetition", "length: a penalty for groups of tokens that repeat");
}

}  // namespace kedge
