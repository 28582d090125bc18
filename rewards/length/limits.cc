// Correct answers within a length: thinkprune lowers it as training goes on, laser pays a bonus.
#include "rewards/length/length_reward.h"

namespace kedge {
namespace {

struct LimitPhase {
  int64_t from_step = 0;
  int64_t limit = 0;
};

template <class V>
void visit(V& v, LimitPhase& c) {
  v.field("from_step", c.from_step, "steps done before the phase begins", at_least(0));
  v.field("limit", c.limit, "tokens", positive());
}

struct ThinkPruneConfig {
  LengthConfig length;
  std::vector<LimitPhase> phases;

  void check(const std::string& path) const {
    const std::string place = join_path(path, "phases");
    if (phases.empty() || phases.front().from_step != 0) {
      throw ConfigError(place, phases.empty() ? "missing" : "the first phase begins later",
                        "[{from_step: 0, limit: N}, ...]");
    }
    for (size_t i = 1; i < phases.size(); ++i) {
      if (phases[i].from_step <= phases[i - 1].from_step) {
        throw ConfigError(place,
                          "phase " + std::to_string(i) + " does not begin after the one before",
                          "ascending from_step");
      }
    }
  }
};

template <class V>
void visit(V& v, ThinkPruneConfig& c) {
  visit_length(v, c.length);
  v.field("phases", c.phases, "lengths and when they begin to count, required");
}

// c [L <= limit(step)] (arXiv 2504.01296).
class ThinkPrune : public RowLengthReward {
 public:
  explicit ThinkPrune(const ThinkPruneConfig& config)
      : RowLengthReward(config.length), phases_(config.phases) {}

 protected:
  Verdict term(const RewardItem& item, const LengthRow& row) const override {
    int64_t limit = 0;
    for (const LimitPhase& phase : phases_) {
      limit = item.step >= phase.from_step ? phase.limit : limit;
    }
    const bool within = row.length <= static_cast<double>(limit);
    return Verdict::scored(number_of(row.correct && within) - number_of(row.correct));
  }

 private:
  const std::vector<LimitPhase> phases_;
};

struct LaserConfig {
  LengthConfig length;
  int64_t target = 4096;
  double bonus = 0.5;
};

template <class V>
void visit(V& v, LaserConfig& c) {
  visit_length(v, c.length);
  v.field("target", c.target, "tokens within which a correct answer gets the bonus", positive());
  v.field("bonus", c.bonus, "reward units");
}

// c + bonus c [L <= target] (LASER).
class Laser : public RowLengthReward {
 public:
  explicit Laser(const LaserConfig& config) : RowLengthReward(config.length), config_(config) {}

 protected:
  Verdict term(const RewardItem&, const LengthRow& row) const override {
    const bool within = row.length <= static_cast<double>(config_.target);
    return Verdict::scored(row.correct && within ? config_.bonus : 0.0);
  }

 private:
  const LaserConfig config_;
};

}  // namespace

RewardEntry thinkprune_entry() {
  return reward_entry<ThinkPrune, ThinkPruneConfig>(
      "thinkprune", "length: only correct answers within a limit count, lowered in phases");
}

RewardEntry laser_entry() {
  return reward_entry<Laser, LaserConfig>(
      "laser", "length: a bonus for correct answers within a target length (LASER)");
}

}  // namespace kedge
