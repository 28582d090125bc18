#include "rewards/reward_metrics.h"

#include <algorithm>
#include <cmath>

namespace kedge {
namespace {

double share_of(std::span<const Verdict> verdicts, VerdictKind kind) {
  const auto count = std::count_if(verdicts.begin(), verdicts.end(),
                                   [&](const Verdict& verdict) { return verdict.kind == kind; });
  return static_cast<double>(count) / static_cast<double>(verdicts.size());
}

std::vector<double> scores_of(std::span<const Verdict> verdicts) {
  std::vector<double> scores;
  for (const Verdict& verdict : verdicts) {
    if (verdict.has_score()) {
      scores.push_back(verdict.score);
    }
  }
  return scores;
}

std::vector<const TrajectoryScore*> trained_scores(const ScoredGroup& group) {
  std::vector<const TrajectoryScore*> scores;
  for (size_t i = 0; i < group.scores.size(); ++i) {
    if (group.group.trajectories[i].role == TrajectoryRole::train) {
      scores.push_back(&group.scores[i]);
    }
  }
  return scores;
}

void add_component(const std::string& name, std::span<const Verdict> verdicts, MetricSet& metrics) {
  const VerdictSummary summary = summarize(verdicts);
  const auto add = [&](const char* what, double value) {
    metrics.add("rewards/" + name + "/" + what, value, Reduce::last);
  };
  if (summary.mean) {
    add("mean", *summary.mean);
    add("std", *summary.std);
  }
  add("share_score", summary.share_score);
  add("share_abstain", summary.share_abstain);
  add("share_error", summary.share_error);
  add("share_timeout", summary.share_timeout);
}

bool all_equal(const std::vector<double>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return values.empty() || *low == *high;
}

// Over the trajectories of one group that have a total.
void add_totals(const std::vector<double>& totals, const std::vector<double>& raw,
                MetricSet& metrics) {
  for (const double total : totals) {
    metrics.add("critic/rewards/mean", total);
    metrics.add("critic/rewards/max", total, Reduce::max);
    metrics.add("critic/rewards/min", total, Reduce::min);
  }
  if (!totals.empty()) {
    const bool flat = all_equal(totals);
    metrics.add("frac_reward_zero_std", flat ? 1.0 : 0.0);
    metrics.add("frac_length_only_groups", !flat && all_equal(raw) ? 1.0 : 0.0);
  }
}

}  // namespace

VerdictSummary summarize(std::span<const Verdict> verdicts) {
  KEDGE_CHECK(!verdicts.empty(), "[rewards] a summary of no verdict");
  VerdictSummary summary;
  summary.share_score = share_of(verdicts, VerdictKind::score);
  summary.share_abstain = share_of(verdicts, VerdictKind::abstain);
  summary.share_error = share_of(verdicts, VerdictKind::error);
  summary.share_timeout = share_of(verdicts, VerdictKind::timeout);
  const std::vector<double> scores = scores_of(verdicts);
  if (!scores.empty()) {
    const auto count = static_cast<double>(scores.size());
    double mean = 0.0;
    for (const double score : scores) {
      mean += score;
    }
    mean /= count;
    double squares = 0.0;
    for (const double score : scores) {
      squares += (score - mean) * (score - mean);
    }
    summary.mean = mean;
    summary.std = std::sqrt(squares / count);
  }
  return summary;
}

void add_reward_metrics(const std::vector<std::string>& names, std::span<const ScoredGroup> groups,
                        MetricSet& metrics) {
  std::vector<std::vector<Verdict>> columns(names.size());
  for (const ScoredGroup& group : groups) {
    std::vector<double> totals;
    std::vector<double> raw;
    for (const TrajectoryScore* score : trained_scores(group)) {
      KEDGE_CHECK(score->components.size() == names.size(), "[rewards] ", score->components.size(),
                  " components for ", names.size(), " names");
      for (size_t i = 0; i < names.size(); ++i) {
        columns[i].push_back(score->components[i]);
      }
      if (score->total.has_score()) {
        totals.push_back(score->total.score);
        raw.push_back(score->metric);
      }
    }
    add_totals(totals, raw, metrics);
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (!columns[i].empty()) {
      add_component(names[i], columns[i], metrics);
    }
  }
}

}  // namespace kedge
