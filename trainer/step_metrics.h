// What a step reports, under the names of verl and TRL (design section 8).
#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/metrics.h"
#include "core/records.h"
#include "trainer/learner.h"

namespace kedge {

// response_length/*, prompt_length/mean, reward/unjudged (share), and what rewards/reward_metrics.h adds:
// critic/rewards/*, frac_reward_zero_std, rewards/<name>/*. `rewards` names the components.
void add_group_metrics(std::span<const ScoredGroup> groups, const std::vector<std::string>& rewards,
                       MetricSet& metrics);

// anchor/reward/mean, anchor/metric/mean, anchor/length/mean over the records of the groups, and
// anchor/greedy/mean; nothing without records.
void add_anchor_metrics(std::span<const ScoredGroup> groups, MetricSet& metrics);

// actor/grad_norm, actor/lr, rollout/logprob_gap_max, update/* counts.
void add_update_metrics(const UpdateReport& report, MetricSet& metrics);

// Tokens of all trajectories (prompts once per trajectory): what perf/throughput counts.
int64_t tokens_processed(std::span<const ScoredGroup> groups);

}  // namespace kedge
