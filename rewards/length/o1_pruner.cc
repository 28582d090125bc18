#include "core/json.h"
#include "rewards/length/length_reward.h"

namespace kedge {
namespace {

struct O1PrunerConfig {
  LengthConfig length;
  double alpha = 5.0;
  double low = -2.0;
  double high = 4.0;

  void check(const std::string& path) const {
    if (low > high) {
      throw ConfigError(join_path(path, "low"), "found " + format_float(low),
                        "at most high, " + format_float(high));
    }
  }
};

template <class V>
void visit(V& v, O1PrunerConfig& c) {
  visit_length(v, c.length);
  v.field("alpha", c.alpha, "weight of the accuracy above the reference's", at_least(0));
  v.field("low", c.low, "least value of the formula");
  v.field("high", c.high, "largest value of the formula");
}

// clip(mean L_ref / L - 1 + alpha (c - mean c_ref), low, high) over the prompt's reference samples
// (arXiv 2501.12570).
class O1Pruner : public RowLengthReward {
 public:
  explicit O1Pruner(const O1PrunerConfig& config)
      : RowLengthReward(config.length), config_(config) {}

  bool reads_anchor() const override { return true; }

 protected:
  Verdict term(const RewardItem& item, const LengthRow& row) const override {
    if (item.anchor == nullptr || item.anchor->lengths.empty()) {
      return Verdict::abstained("no reference samples");
    }
    const auto count = static_cast<double>(item.anchor->lengths.size());
    double length = 0.0;
    double correct = 0.0;
    for (size_t i = 0; i < item.anchor->lengths.size(); ++i) {
      length += item.anchor->lengths[i];
      correct += number_of(item.anchor->metrics.at(i) >= config_.length.threshold.value_or(1.0));
    }
    const double formula = (length / count - row.length) / row.length +
                           config_.alpha * (number_of(row.correct) - correct / count);
    return Verdict::scored(std::clamp(formula, config_.low, config_.high) - number_of(row.correct));
  }

 private:
  const O1PrunerConfig config_;
};

}  // namespace

RewardEntry o1_pruner_entry() {
  return reward_entry<O1Pruner, O1PrunerConfig>(
      "o1_pruner", "length: shorter and more often right than reference samples (O1-Pruner)");
}

}  // namespace kedge
