// Length rewards: what is added to a trajectory's reward for how long it is (methods: rewards,
// sections 1 and 2).
//
// Order. The other rewards are judged and combined first. A length reward then reads, per item, the
// raw score of the metric reward (RewardItem::metric: never an already shaped one), and its own
// score times its weight is added to the combined total. Baselines and flat-group tests come later
// and read the raw metric, so a length term cannot hide a flat group.
//
// c is 1 where the metric is 1, else 0; `threshold` says what counts as correct where scores are
// graded: without it graded groups have no length term. Formulas that contain the correctness
// itself (l1, alp, efficient, shorter_better, o1_pruner, laser, thinkprune) are written as they
// stand in their papers, and what is added is the formula minus c: beside a metric reward of weight
// 1 the total is the formula.
//
// L is the number of sampled tokens, the end token included. A row whose correctness is not known
// has no length term.
#pragma once
#include <span>

#include "rewards/entry.h"

namespace kedge {

// Truncated rows look shorter than they are. leave_group: they have no length term and do not count
// in the lengths of their group.
enum class TruncatedRows { keep, leave_group };
inline std::span<const std::string_view> enum_names(TruncatedRows) {
  static constexpr std::array<std::string_view, 2> names = {"keep", "leave_group"};
  return names;
}

struct LengthConfig {
  std::optional<double> threshold;
  TruncatedRows truncated = TruncatedRows::keep;
};

template <class V>
void visit_length(V& v, LengthConfig& c) {
  v.field("threshold", c.threshold,
          "metric from which on an answer is correct; null: it must be 0 or 1, graded ones get no "
          "length term");
  v.field("truncated", c.truncated, "leave_group: truncated answers get no length term");
}

// One answer as the formulas see it.
struct LengthRow {
  double length = 0.0;
  bool correct = false;
};

class LengthReward : public Reward {
 public:
  explicit LengthReward(const LengthConfig& config) : length_config_(config) {}
  bool shapes() const final { return true; }

 protected:
  // The item as a row of its formula. nullopt: it has no length term, `verdict` says why.
  std::optional<LengthRow> row_of(const RewardItem& item, Verdict& verdict) const;
  // The rows that take part among items of one group (of role `train`), and which items they are;
  // all others get their verdict.
  struct Participants {
    std::vector<LengthRow> rows;
    std::vector<size_t> items;
  };
  Participants participants(std::span<const RewardItem> items, std::span<Verdict> verdicts) const;

 private:
  const LengthConfig length_config_;
};

// A formula of one answer alone.
class RowLengthReward : public LengthReward {
 public:
  using LengthReward::LengthReward;
  void score(std::span<const RewardItem> items, std::span<Verdict> verdicts) final;

 protected:
  virtual Verdict term(const RewardItem& item, const LengthRow& row) const = 0;
};

// A formula of all answers of a prompt.
class GroupLengthReward : public LengthReward {
 public:
  using LengthReward::LengthReward;
  RewardScope scope() const final { return RewardScope::group; }
  void score(std::span<const RewardItem> items, std::span<Verdict> verdicts) override;

 protected:
  // One term per row; `rows` are not empty.
  virtual std::vector<double> terms(std::span<const LengthRow> rows) const = 0;
};

inline double number_of(bool correct) {
  return correct ? 1.0 : 0.0;
}

}  // namespace kedge
