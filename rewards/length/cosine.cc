#include "core/math.h"
#include "rewards/length/length_reward.h"

namespace kedge {
namespace {

struct CosineConfig {
  LengthConfig length;
  int64_t max_length = 0;
  double correct_short = 2.0;
  double correct_long = 1.0;
  double wrong_short = -10.0;
  double wrong_long = 0.0;
  std::optional<double> exceed = -10.0;
  int64_t margin = 16;

  void check(const std::string& path) const {
    if (max_length == 0) {
      throw ConfigError(join_path(path, "max_length"), "missing",
                        "tokens, mostly the generation limit");
    }
  }
};

template <class V>
void visit(V& v, CosineConfig& c) {
  visit_length(v, c.length);
  v.field("max_length", c.max_length, "tokens at which an answer is long, required", at_least(0));
  v.field("correct_short", c.correct_short, "term of a correct answer of no length");
  v.field("correct_long", c.correct_long, "term of a correct answer of max_length");
  v.field("wrong_short", c.wrong_short, "term of a wrong answer of no length");
  v.field("wrong_long", c.wrong_long, "term of a wrong answer of max_length");
  v.field("exceed", c.exceed, "term within `margin` tokens of max_length and beyond; null: none");
  v.field("margin", c.margin, "tokens", at_least(0));
}

// long + (short - long) / 2 (1 + cos(pi min(L / max, 1))) (arXiv 2502.03373, appendix C).
class Cosine : public RowLengthReward {
 public:
  explicit Cosine(const CosineConfig& config) : RowLengthReward(config.length), config_(config) {}

 protected:
  Verdict term(const RewardItem&, const LengthRow& row) const override {
    const auto longest = static_cast<double>(config_.max_length);
    if (config_.exceed && row.length + static_cast<double>(config_.margin) >= longest) {
      return Verdict::scored(*config_.exceed);
    }
    const double t = std::min(row.length / longest, 1.0);
    const double at_end = row.correct ? config_.correct_long : config_.wrong_long;
    const double at_start = row.correct ? config_.correct_short : config_.wrong_short;
    return Verdict::scored(at_end + 0.5 * (at_start - at_end) * (1.0 + math::cos(t * math::kPi)));
  }

 private:
  const CosineConfig config_;
};

}  // namespace

RewardEntry cosine_entry() {
  return reward_entry<Cosine, CosineConfig>(
      "cosine", "length: short when right, long when wrong, along a cosine");
}

}  // namespace kedge
