#include "rewards/length/length_reward.h"

namespace kedge {
namespace {

struct OverlongConfig {
  LengthConfig length;
  int64_t limit = 20480;
  int64_t buffer = 4096;
  double penalty = 1.0;

  void check(const std::string& path) const {
    if (buffer > limit) {
      throw ConfigError(join_path(path, "buffer"), "found " + std::to_string(buffer),
                        "at most limit, " + std::to_string(limit));
    }
  }
};

template <class V>
void visit(V& v, OverlongConfig& c) {
  visit_length(v, c.length);
  v.field("limit", c.limit, "tokens at which the penalty is full", positive());
  v.field("buffer", c.buffer, "tokens before the limit over which it grows", positive());
  v.field("penalty", c.penalty, "taken off a full answer, reward units", at_least(0));
}

// -penalty clip(L - (limit - buffer), 0, buffer) / buffer: DAPO, equation 13 (arXiv 2503.14476).
class Overlong : public RowLengthReward {
 public:
  explicit Overlong(const OverlongConfig& config)
      : RowLengthReward(config.length), config_(config) {}

 protected:
  Verdict term(const RewardItem&, const LengthRow& row) const override {
    const auto buffer = static_cast<double>(config_.buffer);
    const double over = row.length - static_cast<double>(config_.limit - config_.buffer);
    return Verdict::scored(-config_.penalty * std::clamp(over, 0.0, buffer) / buffer);
  }

 private:
  const OverlongConfig config_;
};

}  // namespace

RewardEntry overlong_entry() {
  return reward_entry<Overlong, OverlongConfig>(
      "overlong", "length: a penalty that grows over the last tokens before a limit (DAPO)");
}

}  // namespace kedge
