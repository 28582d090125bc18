#include "rewards/reward_set.h"

#include <algorithm>

#include "core/json.h"
#include "rewards/whiten.h"

namespace kedge {
namespace {

// Runs one reward over items that lie in several groups and puts the verdicts in column `member`.
void run_over(RewardRunner& runner, size_t member, std::span<JudgedGroup> groups) {
  std::vector<RewardItem> items;
  for (const JudgedGroup& group : groups) {
    items.insert(items.end(), group.items.begin(), group.items.end());
  }
  std::vector<Verdict> verdicts(items.size());
  runner.run(items, verdicts);
  size_t next = 0;
  for (JudgedGroup& group : groups) {
    for (std::vector<Verdict>& row : group.verdicts) {
      row[member] = std::move(verdicts[next++]);
    }
  }
}

// Judged as its answer ends: it sees one answer and needs nothing that is known later only.
bool is_early(const Reward& reward) {
  return reward.scope() == RewardScope::trajectory && !reward.shapes() && !reward.reads_anchor() &&
         reward.columns().empty();
}

bool is_trained(const RewardItem& item) {
  const auto index = static_cast<size_t>(item.trajectory);
  return item.group->trajectories[index].role == TrajectoryRole::train;
}

void whiten_totals(std::span<const JudgedGroup> groups,
                   std::vector<std::vector<TrajectoryScore>>& scores) {
  std::vector<Verdict*> totals;
  for (size_t g = 0; g < groups.size(); ++g) {
    for (size_t i = 0; i < scores[g].size(); ++i) {
      if (is_trained(groups[g].items[i])) {
        totals.push_back(&scores[g][i].total);
      }
    }
  }
  whiten(totals);
}

json sample_of(const RewardItem& item, const std::string& reward, const Verdict& verdict) {
  return {{"prompt_id", item.prompt().id},
          {"completion", item.completion},
          {"reward", reward},
          {"verdict", name_of(verdict.kind)},
          {"note", verdict.note}};
}

}  // namespace

RewardSet::RewardSet(const std::vector<RewardConfig>& configs, const RewardOptions& options,
                     const std::string& path)
    : options_(options) {
  for (size_t i = 0; i < configs.size(); ++i) {
    const RewardConfig& config = configs[i];
    const std::string place = path + "[" + std::to_string(i) + "]";
    const RewardEntry& entry = find_entry("reward", reward_table(), config.name,
                                          place_of(join_path(place, "name"), config.settings));
    names_.push_back(config.label());
    members_.push_back({config, entry.create(config.settings, place),
                        ErrorWindow(options.error_window, options.max_error_share), nullptr});
  }
  check_labels(path);
  for (Member& member : members_) member.runner = std::make_unique<RewardRunner>(*member.reward);
  check_shaping(path);
  const auto measures = [](const Member& member) { return member.config.metric; };
  const auto judges = [](const Member& member) { return !member.reward->shapes(); };
  auto metric = std::find_if(members_.begin(), members_.end(), measures);
  metric =
      metric == members_.end() ? std::find_if(members_.begin(), members_.end(), judges) : metric;
  metric_ = static_cast<size_t>(metric - members_.begin());
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
}

void RewardSet::check_shaping(const std::string& path) const {
  bool counts = false;
  for (size_t i = 0; i < members_.size(); ++i) {
    const RewardConfig& config = members_[i].config;
    const bool shapes = members_[i].reward->shapes();
    counts = counts || (!shapes && config.weight != 0.0);
    if (shapes && (config.metric || config.role == RewardRole::gate)) {
      throw ConfigError(
          path + "[" + std::to_string(i) + "]",
          "the length reward " + names_[i] + (config.metric ? " as metric" : " as gate"),
          "the metric and gates are rewards that judge the answer itself");
    }
  }
  if (!counts) {
    throw ConfigError(path, "every weight is 0, length rewards aside",
                      "a reward that judges the answer, with a weight");
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
  const auto member = static_cast<size_t>(found - names_.begin());
  if (members_[member].reward->shapes()) {
    throw ConfigError(path, "found the length reward '" + label + "'",
                      "a reward that judges the answer itself");
  }
  metric_ = member;
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
    if (const auto problem = members_[i].reward->problem_with(prompt)) {
      throw ConfigError("prompt " + prompt.id,
                        "reward " + names_[i] + " cannot judge it: " + problem->found,
                        problem->valid);
    }
  }
}

PendingVerdicts RewardSet::begin(const RewardItem& item, std::shared_ptr<const Group> owner) {
  PendingVerdicts pending;
  for (const Member& member : members_) {
    const bool now = is_early(*member.reward);
    pending.verdicts_.push_back(now ? member.runner->begin(item, owner) : std::future<Verdict>());
  }
  return pending;
}

std::vector<Verdict> RewardSet::collect(PendingVerdicts pending) {
  KEDGE_CHECK(pending.verdicts_.size() == members_.size(), "[rewards] ", pending.verdicts_.size(),
              " verdicts under way for ", members_.size(), " rewards");
  std::vector<Verdict> verdicts(members_.size(), Verdict::abstained("not judged yet"));
  for (size_t i = 0; i < verdicts.size(); ++i) {
    std::future<Verdict>& verdict = pending.verdicts_[i];
    if (verdict.valid()) verdicts[i] = await_verdict(verdict, names_[i]);
  }
  return verdicts;
}

// All begin before the first is waited for.
void RewardSet::judge_missing(std::vector<JudgedGroup>& groups) {
  std::vector<std::pair<std::vector<Verdict>*, PendingVerdicts>> pending;
  for (JudgedGroup& group : groups) {
    group.verdicts.resize(group.items.size());
    for (size_t i = 0; i < group.items.size(); ++i) {
      if (group.verdicts[i].empty()) pending.emplace_back(&group.verdicts[i], begin(group.items[i]));
    }
  }
  for (auto& [verdicts, under_way] : pending) *verdicts = collect(std::move(under_way));
}

std::vector<std::vector<TrajectoryScore>> RewardSet::finish(std::vector<JudgedGroup> groups) {
  judge_missing(groups);
  for (const JudgedGroup& group : groups) {
    for (const std::vector<Verdict>& verdicts : group.verdicts) {
      KEDGE_CHECK(verdicts.size() == members_.size(), "[rewards] ", verdicts.size(),
                  " verdicts for ", members_.size(), " rewards");
    }
  }
  judge_wider(groups);
  shape(groups);
  std::vector<std::vector<TrajectoryScore>> scores;
  for (JudgedGroup& group : groups) {
    scores.push_back(scored(group));
  }
  if (options_.whiten == RewardWhiten::batch) {
    whiten_totals(groups, scores);
  }
  for (size_t g = 0; g < groups.size(); ++g) {
    for (size_t i = 0; i < scores[g].size(); ++i) {
      count_errors(groups[g].items[i], scores[g][i]);
    }
  }
  return scores;
}

void RewardSet::run_member(size_t member, std::vector<JudgedGroup>& groups) {
  RewardRunner& runner = *members_[member].runner;
  if (members_[member].reward->scope() != RewardScope::group) {
    return run_over(runner, member, groups);
  }
  for (JudgedGroup& group : groups) {
    run_over(runner, member, std::span(&group, 1));
  }
}

void RewardSet::judge_wider(std::vector<JudgedGroup>& groups) {
  for (size_t i = 0; i < members_.size(); ++i) {
    const Reward& reward = *members_[i].reward;
    if (!reward.shapes() && !is_early(reward)) {
      run_member(i, groups);
    }
  }
}

void RewardSet::shape(std::vector<JudgedGroup>& groups) {
  const auto value_of = [](const Verdict& verdict) {
    return verdict.has_score() ? std::optional(verdict.score) : std::nullopt;
  };
  for (JudgedGroup& group : groups) {
    for (size_t i = 0; i < group.items.size(); ++i) {
      group.items[i].metric = value_of(group.verdicts[i][metric_]);
      group.items[i].combined = value_of(combined(group.verdicts[i]));
    }
  }
  for (size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].reward->shapes()) {
      run_member(i, groups);
    }
  }
}

std::vector<Component> RewardSet::components(const std::vector<Verdict>& verdicts,
                                             bool shaping) const {
  std::vector<Component> components;
  for (size_t i = 0; i < members_.size(); ++i) {
    const RewardConfig& config = members_[i].config;
    // Weight 0 means only a metric: it must not turn "all others abstain" into a score of 0.
    const bool counts = config.weight != 0.0 || config.role == RewardRole::gate;
    if (counts && members_[i].reward->shapes() == shaping) {
      components.push_back({verdicts[i], config.weight, config.role, config.on_error});
    }
  }
  return components;
}

Verdict RewardSet::combined(const std::vector<Verdict>& verdicts) const {
  return combine(components(verdicts, false), options_.mode);
}

std::vector<TrajectoryScore> RewardSet::scored(JudgedGroup& group) const {
  std::vector<std::vector<Verdict>> summands = group.verdicts;
  if (options_.whiten == RewardWhiten::per_component) {
    for (size_t member = 0; member < members_.size(); ++member) {
      std::vector<Verdict*> column;
      for (size_t i = 0; i < summands.size(); ++i) {
        if (is_trained(group.items[i])) {
          column.push_back(&summands[i][member]);
        }
      }
      whiten(column);
    }
  }
  std::vector<TrajectoryScore> scores;
  for (size_t i = 0; i < summands.size(); ++i) {
    TrajectoryScore& score = scores.emplace_back();
    score.total = shaped(combined(summands[i]), components(summands[i], true));
    const Verdict& metric = group.verdicts[i][metric_];
    score.metric = metric.has_score() ? metric.score : 0.0;
    score.components = std::move(group.verdicts[i]);
  }
  return scores;
}

void RewardSet::count_errors(const RewardItem& item, const TrajectoryScore& score) {
  for (size_t i = 0; i < members_.size(); ++i) {
    const Verdict& verdict = score.components[i];
    const bool trouble = verdict.kind == VerdictKind::error || verdict.kind == VerdictKind::timeout;
    if (trouble && members_[i].config.on_error == OnError::fail) {
      throw RewardFailure(
          "[rewards] " + names_[i] + " failed on prompt " + item.prompt().id + ": " + verdict.note,
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
    throw RewardFailure(
        "[rewards] prompt " + item.prompt().id + " cannot be judged: " + score.total.note,
        json::array({sample_of(item, "total", score.total)}));
  }
}

void RewardSet::report_times(MetricSet& metrics) {
  for (size_t i = 0; i < members_.size(); ++i) {
    members_[i].runner->times().report(names_[i], metrics);
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
