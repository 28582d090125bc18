// The configured rewards of a run, from `rewards:` to one total per trajectory.
//
// Legal order of calls: check_prompt() for every prompt before the first step; begin() as trajectories
// end, in any order, and collect() for each; finish() once per step with all of its groups. What comes
// out of finish() is a function of the items alone, not of the order or time of the earlier calls.
//
// Order: rewards that do not shape, their combination, then the shaping ones (length rewards),
// whose weighted scores are added. The metric is never shaped.
//
// Histories and error counts belong to what is judged: evaluation makes a set of its own, or it
// would change what training sees.
//
// Thread rule: one thread at a time. Rewards that wait on something outside are judged on threads of
// their own (reward_runner.h).
#pragma once
#include <future>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/stateful.h"
#include "rewards/combine.h"
#include "rewards/config.h"
#include "rewards/error_window.h"
#include "rewards/reward.h"
#include "rewards/reward_runner.h"

namespace kedge {

// One trajectory under judgement: a verdict per reward, there or on its way.
class PendingVerdicts {
 private:
  friend class RewardSet;
  std::vector<std::future<Verdict>> verdicts_;
};

// The trajectories of one group, in order, on their way to judgement.
struct JudgedGroup {
  std::vector<RewardItem> items;
  // What collect() gave for each item; empty: it has not been judged, finish() does so.
  std::vector<std::vector<Verdict>> verdicts;
};

// A reward failed where `on_error: fail`, or failed too often. Ends the run; `samples` (prompt id,
// completion, reward, note) are for the log.
class RewardFailure : public Error {
 public:
  RewardFailure(const std::string& text, json samples)
      : Error(text), samples_(std::move(samples)) {}
  const json& samples() const { return samples_; }

 private:
  json samples_;
};

class RewardSet {
 public:
  // Makes every reward. ConfigError: unknown name or setting, no reward or none with a weight, a
  // label twice, more than one `metric: true`, a role that the mode does not read.
  explicit RewardSet(const std::vector<RewardConfig>& configs, const RewardOptions& options = {},
                     const std::string& path = "rewards");

  // Labels in config order: the components of every TrajectoryScore.
  const std::vector<std::string>& names() const { return names_; }
  // Component whose raw score is the metric.
  size_t metric_index() const { return metric_; }
  // Signal columns that items must bring, each once.
  std::vector<std::string> signal_columns() const;
  // A reward reads the anchor record of a prompt: the run must keep them.
  bool reads_anchor() const;
  // The metric is known as soon as an answer ends: its reward sees one answer and needs nothing else.
  bool metric_is_early() const;
  // Takes another reward's raw score as the metric; ConfigError naming `path` for an unknown label.
  void use_metric(const std::string& label, const std::string& path);
  // What the rewards keep of a reference sample (Reward::anchor_counts), of all of them.
  std::map<std::string, double> anchor_counts(const RewardItem& item) const;
  // ConfigError when the prompt lacks a column that a reward reads, or could never be judged by it.
  void check_prompt(const Prompt& prompt) const;

  // Begins to judge one trajectory. `owner` keeps alive what the item points to until collect(); null
  // where the caller does.
  PendingVerdicts begin(const RewardItem& item, std::shared_ptr<const Group> owner = nullptr);
  // Waits for them. One verdict per reward; shaping ones, those of wider scope and those that
  // read anchors or signals are left abstaining ("not judged yet").
  std::vector<Verdict> collect(PendingVerdicts pending);
  // Runs what is left and combines: per group one score per item. RewardFailure as above.
  std::vector<std::vector<TrajectoryScore>> finish(std::vector<JudgedGroup> groups);

  // How long each reward took since the last call (reward_times.h).
  void report_times(MetricSet& metrics);

  // Histories of the rewards and of the error counts, under "<prefix>/<label>/...".
  void register_state(StateRegistry& registry, const std::string& prefix = "rewards");

 private:
  struct Member {
    RewardConfig config;
    std::unique_ptr<Reward> reward;
    ErrorWindow errors;
    std::unique_ptr<RewardRunner> runner;
  };

  void check_labels(const std::string& path) const;
  void judge_missing(std::vector<JudgedGroup>& groups);
  void check_shaping(const std::string& path) const;
  // Rewards that do not shape, beyond trajectory scope.
  void judge_wider(std::vector<JudgedGroup>& groups);
  // Shaping rewards, after every item was told its metric and what the others made of it.
  void shape(std::vector<JudgedGroup>& groups);
  void run_member(size_t member, std::vector<JudgedGroup>& groups);
  // The total of the rewards that do not shape.
  Verdict combined(const std::vector<Verdict>& verdicts) const;
  // Takes the group's verdicts.
  std::vector<TrajectoryScore> scored(JudgedGroup& group) const;
  std::vector<Component> components(const std::vector<Verdict>& verdicts, bool shaping) const;
  void count_errors(const RewardItem& item, const TrajectoryScore& score);

  RewardOptions options_;
  std::vector<Member> members_;
  std::vector<std::string> names_;
  size_t metric_ =
      0;  // first that does not shape, or the one marked: member whose raw score is the metric
};

}  // namespace kedge
