#include "rewards/length/length_reward.h"

namespace kedge {
namespace {

struct StopProperlyConfig {
  double coef = 0.0;
};

template <class V>
void visit(V& v, StopProperlyConfig& c) {
  v.field("coef", c.coef,
          "at least 0: a truncated answer's reward is multiplied by it; below 0: it is the reward");
}

// ProRL (arXiv 2505.24864), as OpenRLHF computes it: R coef, or coef where that is negative.
class StopProperly : public RowLengthReward {
 public:
  explicit StopProperly(const StopProperlyConfig& config)
      : RowLengthReward(LengthConfig{.threshold = 1.0}), coef_(config.coef) {}

 protected:
  Verdict term(const RewardItem& item, const LengthRow&) const override {
    if (!item.truncated) {
      return Verdict::scored(0.0);
    }
    if (!item.combined) {
      return Verdict::abstained("it has no reward yet");
    }
    const double wanted = coef_ >= 0.0 ? *item.combined * coef_ : coef_;
    return Verdict::scored(wanted - *item.combined);
  }

 private:
  const double coef_;
};

}  // namespace

RewardEntry stop_properly_entry() {
  return reward_entry<StopProperly, StopProperlyConfig>(
      "stop_properly", "length: what the reward of a truncated answer becomes (ProRL)");
}

}  // namespace kedge
