// Rows that ended -> groups with verdicts. Trajectories are judged one by one as their rows end,
// while others are still decoded; group and step scope rewards and the combination follow at the
// end of the step. What comes out is a function of the rows, not of the order they ended in.
//
//   Collector collector(tokenizer, rewards);
//   collector.begin_step();
//   for every round: collector.ask(order); rollouts.run(order, [&](row) { collector.judge(row); })
//                    -> collector.add(rows); strategy.next(..., collector.round())
//   groups = collector.finish(strategy.finish(collector.round()))
#pragma once
#include <map>
#include <utility>
#include <vector>

#include "core/records.h"
#include "model/tokenizer/tokenizer.h"
#include "rewards/reward_set.h"

namespace kedge {

// Thread rule: one thread. Borrows tokenizer and rewards.
class Collector {
 public:
  Collector(const Tokenizer& tokenizer, RewardSet& rewards);

  void begin_step();
  // The prompts of an order about to run; groups are kept in order of first asking.
  void ask(const RolloutOrder& order);
  // Begins to judge one ended row, whose answer is the trajectory of its own; slow rewards go on while
  // others are decoded. Of a group that was not asked for: InvariantError.
  void judge(const FinishedRow& finished);
  // Puts a round's rows, in order of (item, sample), into their groups and validates them. Waits for
  // their verdicts.
  void add(std::vector<FinishedRow> rows);
  // The groups so far; totals are not combined yet.
  RoundResult round() const;
  // Wider rewards and totals.
  std::vector<ScoredGroup> finish(std::vector<ScoredGroup> groups);

 private:
  using RowKey = std::pair<GroupKey, uint32_t>;  // group and stream

  RewardItem item_of(const Group& group, int32_t trajectory) const;

  const Tokenizer& tokenizer_;
  RewardSet& rewards_;
  std::vector<ScoredGroup> groups_;
  std::map<GroupKey, size_t> index_;
  std::map<RowKey, PendingVerdicts> verdicts_;
};

// A group that holds only its prompt row.
Group group_of_prompt(const GroupKey& key, const Prompt& prompt);

}  // namespace kedge
