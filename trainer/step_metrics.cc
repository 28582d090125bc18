#include "trainer/step_metrics.h"

#include "rewards/reward_metrics.h"

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

}  // namespace

void add_group_metrics(std::span<const ScoredGroup> groups, const std::vector<std::string>& rewards,
                       MetricSet& metrics) {
  for (const ScoredGroup& scored : groups) {
    add_length_metrics(scored, metrics);
    for (const TrajectoryScore& score : scored.scores) {
      metrics.add("reward/unjudged", score.total.has_score() ? 0.0 : 1.0);
    }
  }
  add_reward_metrics(rewards, groups, metrics);
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
