#include "trainer/step_metrics.h"

#include <algorithm>
#include <cmath>

namespace kedge {
namespace {

void add_length_metrics(const ScoredGroup& scored, MetricSet& metrics) {
  const Group& group = scored.group;
  metrics.add("prompt_length/mean", static_cast<double>(group.prompt.tokens.size()));
  for (const Trajectory& trajectory : group.trajectories) {
    const double length = response_length(group, trajectory);
    metrics.add("response_length/mean", length);
    metrics.add("response_length/max", length, Reduce::max);
    metrics.add("response_length/min", length, Reduce::min);
    metrics.add("response_length/clip_ratio", is_truncated(group, trajectory) ? 1.0 : 0.0);
  }
}

void add_total_metrics(const TrajectoryScore& score, MetricSet& metrics) {
  metrics.add("reward/unjudged", score.total.has_score() ? 0.0 : 1.0);
  if (!score.total.has_score()) return;
  metrics.add("critic/rewards/mean", score.total.score);
  metrics.add("critic/rewards/max", score.total.score, Reduce::max);
  metrics.add("critic/rewards/min", score.total.score, Reduce::min);
}

// Share of groups whose totals are all equal, as TRL: rewards, not metrics, and before any shaping.
void add_equal_totals(const ScoredGroup& scored, MetricSet& metrics) {
  std::vector<double> totals;
  for (const TrajectoryScore& score : scored.scores) {
    if (score.total.has_score()) totals.push_back(score.total.score);
  }
  if (totals.empty()) return;
  const auto [low, high] = std::minmax_element(totals.begin(), totals.end());
  metrics.add("frac_reward_zero_std", *low == *high ? 1.0 : 0.0);
}

// Sample standard deviation, as TRL.
double deviation(const std::vector<double>& values) {
  if (values.size() < 2) return 0.0;
  double mean = 0.0;
  for (const double value : values) mean += value;
  mean /= static_cast<double>(values.size());
  double sum = 0.0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

void add_component_metrics(std::span<const ScoredGroup> groups, size_t component,
                           const std::string& name, MetricSet& metrics) {
  std::vector<double> scores;
  for (const ScoredGroup& scored : groups) {
    for (const TrajectoryScore& score : scored.scores) {
      const Verdict& verdict = score.components[component];
      const bool failed =
          verdict.kind == VerdictKind::error || verdict.kind == VerdictKind::timeout;
      metrics.add("rewards/" + name + "/failed", failed ? 1.0 : 0.0);
      metrics.add("rewards/" + name + "/abstained",
                  verdict.kind == VerdictKind::abstain ? 1.0 : 0.0);
      if (!verdict.has_score()) continue;
      scores.push_back(verdict.score);
      metrics.add("rewards/" + name + "/mean", verdict.score);
    }
  }
  if (!scores.empty()) metrics.add("rewards/" + name + "/std", deviation(scores), Reduce::last);
}

}  // namespace

void add_group_metrics(std::span<const ScoredGroup> groups, const std::vector<std::string>& rewards,
                       MetricSet& metrics) {
  for (const ScoredGroup& scored : groups) {
    add_length_metrics(scored, metrics);
    for (const TrajectoryScore& score : scored.scores) add_total_metrics(score, metrics);
    add_equal_totals(scored, metrics);
  }
  for (size_t i = 0; i < rewards.size(); ++i) add_component_metrics(groups, i, rewards[i], metrics);
}

void add_anchor_metrics(std::span<const ScoredGroup> groups, MetricSet& metrics) {
  for (const ScoredGroup& scored : groups) {
    if (!scored.anchor) continue;
    for (const auto& reward : scored.anchor->rewards) {
      if (reward) metrics.add("anchor/reward/mean", *reward);
    }
    for (const double metric : scored.anchor->metrics) metrics.add("anchor/metric/mean", metric);
    for (const int32_t length : scored.anchor->lengths) metrics.add("anchor/length/mean", length);
    if (scored.anchor->greedy_reward) {
      metrics.add("anchor/greedy/mean", *scored.anchor->greedy_reward);
    }
  }
}

void add_update_metrics(const UpdateReport& report, MetricSet& metrics) {
  metrics.add("actor/lr", report.learning_rate, Reduce::last);
  metrics.add("update/applied", report.result == UpdateResult::applied ? 1.0 : 0.0, Reduce::sum);
  metrics.add("update/without_signal", report.result == UpdateResult::no_signal ? 1.0 : 0.0,
              Reduce::sum);
  metrics.add("update/not_finite", report.result == UpdateResult::not_finite ? 1.0 : 0.0,
              Reduce::sum);
  metrics.add("update/packed_tokens", static_cast<double>(report.packed_tokens), Reduce::sum);
  if (report.result != UpdateResult::not_finite) metrics.add("actor/grad_norm", report.grad_norm);
}

int64_t tokens_processed(std::span<const ScoredGroup> groups) {
  int64_t tokens = 0;
  for (const ScoredGroup& scored : groups) {
    for (const Trajectory& trajectory : scored.group.trajectories) {
      tokens += static_cast<int64_t>(scored.group.prompt.tokens.size()) +
                response_length(scored.group, trajectory);
    }
  }
  return tokens;
}

}  // namespace kedge
