// Judgement: from a finished answer to verdicts. A reward never trains on failure: what it cannot
// judge it abstains from, and a failure is a typed verdict, never a score of zero.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/config_node.h"
#include "core/records.h"
#include "core/registry.h"
#include "core/schema.h"
#include "core/stateful.h"

namespace kedge {

// What a reward must see at once to judge: one answer, a whole group, or all groups of a step.
enum class RewardScope { trajectory, group, step };

struct RewardItem {
  const Group* group = nullptr;
  int32_t trajectory = 0;
  std::string completion;     // decoded without special tokens; a view, never re-tokenised
  std::vector<Token> tokens;  // the response's ids
  bool truncated = false;
  const SignalTable* signals = nullptr;  // holds the declared columns; nullptr where none are
  const AnchorRecord* anchor = nullptr;  // reference samples of the prompt; nullptr where none are
  int32_t length = 0;                    // sampled tokens, the end token included
  int64_t step = 0;                      // steps done before the one being judged
  // For rewards that shape only: the raw score of the metric reward, and what the rewards that do
  // not shape made of the item together. nullopt: there is no score.
  std::optional<double> metric;
  std::optional<double> combined;

  const Prompt& prompt() const { return group->prompt; }
};

// Why a prompt cannot be judged, and what would do.
struct PromptProblem {
  std::string found;
  std::string valid;
};

// Where a reward waits on something outside this thread (a process, a server), its trajectories are
// judged on `count` threads while others are still decoded, up to `batch` in one call of score().
struct RewardLanes {
  int32_t count = 0;  // 0: it is quick, and judged at once by whoever asks
  int32_t batch = 1;
};

// Thread rule: score() of one object is called by one thread at a time, or by lanes().count of them.
class Reward {
 public:
  virtual ~Reward() = default;
  virtual RewardScope scope() const { return RewardScope::trajectory; }
  // A shaping reward runs after all that do not shape, reads RewardItem::metric and combined, and
  // its weighted score is added to their combination (rewards/length/length_reward.h).
  virtual bool shapes() const { return false; }
  // Prompt columns read: a prompt without one is refused before the first step.
  virtual std::vector<std::string> prompt_columns() const { return {}; }
  // What makes this prompt one that it could never judge, such as a missing answer: refused before
  // the first step too.
  virtual std::optional<PromptProblem> problem_with(const Prompt&) const { return std::nullopt; }
  // Signal columns read (the Scorer fills them before scoring).
  virtual std::vector<std::string> columns() const { return {}; }
  // Writes one verdict per item. trajectory scope: items in any number; group scope: all items of
  // one group; step scope: all items, groups contiguous. Deterministic: same items, same verdicts.
  virtual void score(std::span<const RewardItem> items, std::span<Verdict> verdicts) = 0;
  virtual RewardLanes lanes() const { return {}; }
  // Any thread: nobody waits for verdicts any more. score() returns soon, with errors for the rest.
  virtual void stop() {}
  // Reads RewardItem::anchor: the run then keeps reference samples of every prompt.
  virtual bool reads_anchor() const { return false; }
  // Numbers of a reference sample that the anchor store keeps for this reward, by name
  // (AnchorRecord::counts). The item brings the declared signal columns.
  virtual std::map<std::string, double> anchor_counts(const RewardItem&) const { return {}; }
  // Its history, if it has one (in the checkpoint).
  virtual Stateful* state() { return nullptr; }
};

// Table entry of a native reward. `create` binds the reward's own settings from what stands beside
// name and weight; `describe` lists them for the reference page.
struct RewardEntry {
  std::string name;
  std::string doc;
  std::unique_ptr<Reward> (*create)(const ConfigNode& settings, const std::string& path);
  std::vector<FieldDoc> (*describe)();
};

// All native rewards, in the order of the documentation.
const std::vector<RewardEntry>& reward_table();

}  // namespace kedge
