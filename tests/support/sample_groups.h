// One small hand-made group with every field of a plain one set, for tests of the records and the
// wire.
#pragma once
#include <vector>

#include "core/records.h"

namespace kedge::testing_support {

// A row of sampled tokens with log-prob -0.5, of policy weights 3.
inline Row sampled_row(int32_t parent, int32_t fork, const std::vector<Token>& tokens,
                       uint32_t stream = 0) {
  Row row;
  row.parent = parent;
  row.fork = fork;
  row.tokens = tokens;
  row.kinds.assign(tokens.size(), TokenKind::sampled);
  row.policy_logprob.assign(tokens.size(), -0.5f);
  row.sampler_logprob.assign(tokens.size(), -0.5f);
  row.spans = {{0, static_cast<int32_t>(tokens.size()), {WeightSet::policy, 3}}};
  row.stop = StopReason::stop_token;
  row.stream = stream;
  return row;
}

// Prompt [5,6,7] and two samples [8,9] and [8,2].
inline Group plain_group(uint64_t ordinal = 17) {
  Group group;
  group.key = {Purpose::sample, ordinal, 0};
  group.prompt.ordinal = ordinal;
  group.prompt.id = "test:17";
  group.prompt.text = "1+2=";
  group.prompt.tokens = {5, 6, 7};
  group.prompt.answer = "3";
  group.prompt.messages = {{"user", "1+2="}};
  group.prompt.columns = {{"difficulty", 2}};
  Row prompt;
  prompt.tokens = {5, 6, 7};
  prompt.kinds.assign(3, TokenKind::prompt);
  prompt.policy_logprob.assign(3, 0.0f);
  prompt.sampler_logprob.assign(3, 0.0f);
  group.rows = {prompt, sampled_row(0, 3, {8, 9}, 0), sampled_row(0, 3, {8, 2}, 1)};
  group.trajectories = {{{1}, TrajectoryRole::train}, {{2}, TrajectoryRole::train}};
  return group;
}

}  // namespace kedge::testing_support
