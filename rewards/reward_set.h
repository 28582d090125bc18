// The configured rewards of a run, from `rewards:` to one total per trajectory.
//
// Legal order of calls: check_prompt() for every prompt before the first step; score_trajectory() as
// trajectories end, in any order; finish() once per step with all of its groups. What comes out of
// finish() is a function of the items alone, not of the order or time of the earlier calls.
//
// Histories and error counts belong to what is judged: evaluation makes a set of its own, or it would
// change what training sees.
//
// Thread rule: one thread at a time.
#pragma once
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/stateful.h"
#include "rewards/config.h"
#include "rewards/error_window.h"
#include "rewards/reward.h"

namespace kedge {

// The trajectories of one group, in order, on their way to judgement.
struct JudgedGroup {
  std::vector<RewardItem> items;
  // What score_trajectory() gave for each item; empty: it has not been called, finish() will.
  std::vector<std::vector<Verdict>> verdicts;
};

// A reward failed where `on_error: fail`, or failed too often. Ends the run; `samples` (prompt id,
// completion, reward, note) are for the log.
class RewardFailure : public Error {
 public:
  RewardFailure(const std::string& text, json samples) : Error(text), samples_(std::move(samples)) {}
  const json& samples() const { return samples_; }

 private:
  json samples_;
};

class RewardSet {
 public:
  // Makes every reward. ConfigError: unknown name or setting, no reward or none with a weight, a label
  // twice, more than one `metric: true`, a role that the mode does not read.
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
  // ConfigError when a reward needs a column that the prompt does not have.
  void check_prompt(const Prompt& prompt) const;

  // One verdict per reward; rewards of wider scope, and those that read anchors or signals, are left
  // abstaining ("not judged yet").
  std::vector<Verdict> score_trajectory(const RewardItem& item);
  // Runs what is left and combines: per group one score per item. RewardFailure as above.
  std::vector<std::vector<TrajectoryScore>> finish(std::vector<JudgedGroup> groups);

  // Histories of the rewards and of the error counts, under "<prefix>/<label>/...".
  void register_state(StateRegistry& registry, const std::string& prefix = "rewards");

 private:
  struct Member {
    RewardConfig config;
    std::unique_ptr<Reward> reward;
    ErrorWindow errors;
  };

  void check_labels(const std::string& path) const;
  void judge_wider(std::vector<JudgedGroup>& groups);
  TrajectoryScore combined(std::vector<Verdict> verdicts) const;
  void count_errors(const RewardItem& item, const TrajectoryScore& score);

  RewardOptions options_;
  std::vector<Member> members_;
  std::vector<std::string> names_;
  size_t metric_ = 0;  // member whose raw score is the metric
};

}  // namespace kedge
