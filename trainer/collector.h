// Rows that ended -> groups with verdicts. Trajectories are judged one by one as their rows end,
// while others are still decoded; group and step scope rewards and the combination follow at the
// end of the step. What comes out is a function of the rows, not of the order they ended in.
//
//   Collector collector(tokenizer, rewards);
//   collector.begin_step(step);
//   for every round: collector.ask(order); rollouts.run(order, [&](row) { collector.judge(row); })
//                    -> collector.add(rows); collector.conclude_references();
//                    strategy.next(..., collector.round())
//   groups = collector.finish(strategy.finish(collector.round()))
//
// Reference samples are groups of their own (Purpose::reference), judged by a set of rewards of
// their own, or histories of the training rewards would see them. They are concluded after their
// round: the strategy gets them with totals and with their anchor record made.
#pragma once
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "core/records.h"
#include "model/tokenizer/tokenizer.h"
#include "rewards/reward_set.h"

namespace kedge {

// Thread rule: one thread. Borrows tokenizer and rewards.
class Collector {
 public:
  // `references` judges reference samples; nullptr where nobody orders any.
  Collector(const Tokenizer& tokenizer, RewardSet& rewards, RewardSet* references = nullptr);

  // `step`: steps done before this one.
  void begin_step(int64_t step = 0);
  // The prompts of an order about to run; groups are kept in order of first asking.
  void ask(const RolloutOrder& order);
  // Begins to judge one ended row, whose answer is the trajectory of its own; slow rewards go on while
  // others are decoded. Of a group that was not asked for: InvariantError.
  void judge(const FinishedRow& finished);
  // Puts a round's rows, in order of (item, sample), into their groups and validates them. Waits for
  // their verdicts.
  void add(std::vector<FinishedRow> rows);
  // Reference groups that conclude_references() will judge: for their signals.
  std::vector<ScoredGroup> open_references() const;
  // Judges them to the end and makes their anchor records. `signals` (nullptr: none) holds the
  // columns that the rewards declare.
  void conclude_references(const SignalTable* signals = nullptr);
  // The groups so far; totals of other groups than references are not combined yet.
  RoundResult round() const;
  // Late and wider rewards, and totals. Trajectories without verdicts (given ones) are judged here.
  std::vector<ScoredGroup> finish(std::vector<ScoredGroup> groups,
                                  const SignalTable* signals = nullptr);

 private:
  using RowKey = std::pair<GroupKey, uint32_t>;  // group and stream

  RewardItem item_of(const ScoredGroup& scored, int32_t trajectory,
                     const SignalTable* signals) const;
  RewardSet& rewards_of(const GroupKey& key);
  void combine(std::span<ScoredGroup> groups, RewardSet& rewards, const SignalTable* signals) const;
  AnchorRecord known_of(const ScoredGroup& scored, const SignalTable* signals) const;

  const Tokenizer& tokenizer_;
  RewardSet& rewards_;
  RewardSet* const references_;
  int64_t step_ = 0;
  std::vector<ScoredGroup> groups_;
  std::map<GroupKey, size_t> index_;
  std::map<RowKey, TrajectoryRole> roles_;
  std::map<RowKey, PendingVerdicts> verdicts_;
};

// The metric of one answer to a prompt, judged by itself; no score where the reward gives none.
Verdict judge_alone(const Tokenizer& tokenizer, RewardSet& rewards, const Prompt& prompt,
                    const Row& answer);

// A group that holds only its prompt row.
Group group_of_prompt(const GroupKey& key, const Prompt& prompt);

}  // namespace kedge
