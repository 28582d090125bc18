#include "rewards/reward_set.h"

#include <algorithm>

#include "core/json.h"
#include "rewards/combine.h"

namespace kedge {
namespace {

// A member that writes nothing has failed, and so has one that throws: trouble is a verdict.
void run(Reward& reward, std::span<const RewardItem> items, std::span<Verdict> verdicts) {
  const Verdict unwritten = Verdict::failed("the reward wrote no verdict");
  std::fill(verdicts.begin(), verdicts.end(), unwritten);
  try {
    reward.score(items, verdicts);
  } catch (const std::exception& error) {
    std::fill(verdicts.begin(), verdicts.end(), Verdict::failed(error.what()));
  }
  for (Verdict& verdict : verdicts) {
    verdict = checked(std::move(verdict));
  }
}

// Runs one reward over items that lie in several groups and puts the verdicts in column `member`.
void run_over(Reward& reward, size_t member, std::span<JudgedGroup> groups) {
  std::vector<RewardItem> items;
  for (const JudgedGroup& group : groups) {
    items.insert(items.end(), group.items.begin(), group.items.end());
  }
  std::vector<Verdict> verdicts(items.size());
  run(reward, items, verdicts);
  size_t next = 0;
  for (JudgedGroup& group : groups) {
    for (std::vector<Verdict>& row : group.verdicts) {
      row[member] = std::move(verdicts[next++]);
    }
  }
}

// Judged as its answer ends: it sees one answer and needs nothing that is known later only.
bool is_early(const Reward& reward) {
  return reward.scope() == RewardScope::trajectory && !reward.reads_anchor() &&
         reward.columns().empty();
}

json sample_of(const RewardItem& item, const std::string& reward, const Verdict& verdict) {
  return {{"prompt_id", item.prompt().id}, {"completion", item.completion},
          {"reward", reward},              {"verdict", name_of(verdict.kind)},
          {"note", verdict.note}};
}

}  // namespace

RewardSet::RewardSet(const std::vector<RewardConfig>& configs, const RewardOptions& options,
                     const std::string& path)
    : options_(options) {
  for (size_t i = 0; i < configs.size(); ++i) {
    const RewardConfig& config = configs[i];
    const std::string place = path + "[" + std::to_string(i) + "]";
    const RewardEntry& entry =
        find_entry("reward", reward_table(), config.name, place_of(join_path(place, "name"),
                                                                   config.settings));
    if (config.metric) {
      metric_ = i;
    }
    names_.push_back(config.label());
    members_.push_back({config, entry.create(config.settings, place),
                        ErrorWindow(options.error_window, options.max_error_share)});
  }
  check_labels(path);
}

void RewardSet::check_labels(const std::string& path) const {
  if (members_.empty()) {
    throw ConfigError(path, "no reward", valid_names("", entry_names(reward_table())));
  }
  for (size_t i = 0; i < names_.size(); ++i) {
    const std::string place = path + "[" + std::to_string(i) + "]";
    if (std::count(names_.begin(), names_.begin() + static_cast<int64_t>(i), names_[i]) > 0) {
      throw ConfigError(place, "a second reward called '" + names_[i] + "'",
                        "give one of them another name with `as`");
    }
    if (members_[i].config.role == RewardRole::gate && options_.mode != CombineMode::gate) {
      throw ConfigError(place + ".role", "found gate", "gates are read in mode `gate` only");
    }
  }
  const auto is_metric = [](const Member& member) { return member.config.metric; };
  if (std::count_if(members_.begin(), members_.end(), is_metric) > 1) {
    throw ConfigError(path, "more than one reward with `metric: true`", "one");
  }
  if (std::all_of(members_.begin(), members_.end(),
                  [](const Member& member) { return member.config.weight == 0.0; })) {
    throw ConfigError(path, "every weight is 0", "a reward that counts");
  }
}

std::vector<std::string> RewardSet::signal_columns() const {
  std::vector<std::string> columns;
  for (const Member& member : members_) {
    for (const std::string& column : member.reward->columns()) {
      if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
        columns.push_back(column);
      }
    }
  }
  return columns;
}

bool RewardSet::reads_anchor() const {
  return std::any_of(members_.begin(), members_.end(),
                     [](const Member& member) { return member.reward->reads_anchor(); });
}

bool RewardSet::metric_is_early() const {
  return is_early(*members_[metric_].reward);
}

void RewardSet::use_metric(const std::string& label, const std::string& path) {
  const auto found = std::find(names_.begin(), names_.end(), label);
  if (found == names_.end()) {
    throw ConfigError(path, "no reward is called '" + label + "'", valid_names(label, names_));
  }
  metric_ = static_cast<size_t>(found - names_.begin());
}

std::map<std::string, double> RewardSet::anchor_counts(const RewardItem& item) const {
  std::map<std::string, double> counts;
  for (const Member& member : members_) counts.merge(member.reward->anchor_counts(item));
  return counts;
}

void RewardSet::check_prompt(const Prompt& prompt) const {
  std::vector<std::string> present;
  for (const auto& [name, value] : prompt.columns.items()) {
    present.push_back(name);
  }
  for (size_t i = 0; i < members_.size(); ++i) {
    for (const std::string& column : members_[i].reward->prompt_columns()) {
      if (!prompt.columns.contains(column)) {
        throw ConfigError("prompt " + prompt.id,
                          "no column '" + column + "', which reward " + names_[i] + " reads",
                          valid_names(column, present));
      }
    }
  }
}

std::vector<Verdict> RewardSet::score_trajectory(const RewardItem& item) {
  std::vector<Verdict> verdicts(members_.size(), Verdict::abstained("not judged yet"));
  for (size_t i = 0; i < members_.size(); ++i) {
    if (is_early(*members_[i].reward)) {
      run(*members_[i].reward, std::span(&item, 1), std::span(&verdicts[i], 1));
    }
  }
  return verdicts;
}

std::vector<std::vector<TrajectoryScore>> RewardSet::finish(std::vector<JudgedGroup> groups) {
  for (JudgedGroup& group : groups) {
    group.verdicts.resize(group.items.size());
    for (size_t i = 0; i < group.items.size(); ++i) {
      if (group.verdicts[i].empty()) {
        group.verdicts[i] = score_trajectory(group.items[i]);
      }
      KEDGE_CHECK(group.verdicts[i].size() == members_.size(), "[rewards] ",
                  group.verdicts[i].size(), " verdicts for ", members_.size(), " rewards");
    }
  }
  judge_wider(groups);
  std::vector<std::vector<TrajectoryScore>> scores;
  for (JudgedGroup& group : groups) {
    std::vector<TrajectoryScore>& of_group = scores.emplace_back();
    for (size_t i = 0; i < group.items.size(); ++i) {
      of_group.push_back(combined(std::move(group.verdicts[i])));
      count_errors(group.items[i], of_group.back());
    }
  }
  return scores;
}

void RewardSet::judge_wider(std::vector<JudgedGroup>& groups) {
  for (size_t i = 0; i < members_.size(); ++i) {
    Reward& reward = *members_[i].reward;
    if (reward.scope() == RewardScope::group) {
      for (JudgedGroup& group : groups) {
        run_over(reward, i, std::span(&group, 1));
      }
    } else if (!is_early(reward)) {
      run_over(reward, i, groups);
    }
  }
}

TrajectoryScore RewardSet::combined(std::vector<Verdict> verdicts) const {
  std::vector<Component> components;
  for (size_t i = 0; i < members_.size(); ++i) {
    const RewardConfig& config = members_[i].config;
    // Weight 0 means only a metric: it must not turn "all others abstain" into a score of 0.
    if (config.weight != 0.0 || config.role == RewardRole::gate) {
      components.push_back({verdicts[i], config.weight, config.role, config.on_error});
    }
  }
  TrajectoryScore score;
  score.total = combine(components, options_.mode);
  score.metric = verdicts[metric_].has_score() ? verdicts[metric_].score : 0.0;
  score.components = std::move(verdicts);
  return score;
}

void RewardSet::count_errors(const RewardItem& item, const TrajectoryScore& score) {
  for (size_t i = 0; i < members_.size(); ++i) {
    const Verdict& verdict = score.components[i];
    const bool trouble =
        verdict.kind == VerdictKind::error || verdict.kind == VerdictKind::timeout;
    if (trouble && members_[i].config.on_error == OnError::fail) {
      throw RewardFailure("[rewards] " + names_[i] + " failed on prompt " + item.prompt().id + ": " +
                              verdict.note,
                          json::array({sample_of(item, names_[i], verdict)}));
    }
    if (members_[i].errors.add(trouble)) {
      throw RewardFailure(
          detail::concat("[rewards] ", names_[i], ": ", members_[i].errors.num_troubles(),
                         " errors or timeouts in the last ", options_.error_window,
                         " trajectories, allowed is a share of ", options_.max_error_share,
                         "; the last, on prompt ", item.prompt().id, ": ", verdict.note),
          json::array({sample_of(item, names_[i], verdict)}));
    }
  }
  if (score.total.kind == VerdictKind::error) {
    throw RewardFailure("[rewards] prompt " + item.prompt().id + " cannot be judged: " +
                            score.total.note,
                        json::array({sample_of(item, "total", score.total)}));
  }
}

void RewardSet::register_state(StateRegistry& registry, const std::string& prefix) {
  for (size_t i = 0; i < members_.size(); ++i) {
    registry.add(prefix + "/" + names_[i] + "/errors", members_[i].errors);
    if (Stateful* const history = members_[i].reward->state()) {
      registry.add(prefix + "/" + names_[i] + "/history", *history);
    }
  }
}

}  // namespace kedge
