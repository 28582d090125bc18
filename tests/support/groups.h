// Small groups for tests: rows with made-up log-probs that pass validate().
#pragma once
#include <utility>
#include <vector>

#include "core/records.h"

namespace kedge::testing {

inline Row prompt_row(const std::vector<Token>& tokens) {
  Row row;
  row.tokens = tokens;
  row.kinds.assign(tokens.size(), TokenKind::prompt);
  row.policy_logprob.assign(tokens.size(), 0.0f);
  row.sampler_logprob.assign(tokens.size(), 0.0f);
  return row;
}

// A sampled row that forks from `parent` after `fork` tokens of its context.
inline Row sampled_row(int32_t parent, int32_t fork, const std::vector<Token>& tokens) {
  Row row;
  row.parent = parent;
  row.fork = fork;
  row.tokens = tokens;
  row.kinds.assign(tokens.size(), TokenKind::sampled);
  for (size_t i = 0; i < tokens.size(); ++i) {
    const float logprob = -0.25f * static_cast<float>(1 + (tokens[i] + i) % 7);
    row.policy_logprob.push_back(logprob);
    row.sampler_logprob.push_back(logprob);
  }
  row.spans = {{0, static_cast<int32_t>(tokens.size()), WeightId{}}};
  row.stop = StopReason::stop_token;
  return row;
}

// One prompt, one trajectory per answer, all forking at the prompt's end.
inline Group plain_group(uint64_t ordinal, const std::vector<Token>& prompt,
                         const std::vector<std::vector<Token>>& answers) {
  Group group;
  group.key = {Purpose::sample, ordinal, 0};
  group.prompt.ordinal = ordinal;
  group.prompt.tokens = prompt;
  group.rows.push_back(prompt_row(prompt));
  for (const auto& answer : answers) {
    Row row = sampled_row(0, static_cast<int32_t>(prompt.size()), answer);
    row.stream = static_cast<uint32_t>(group.rows.size() - 1);
    group.trajectories.push_back(
        {{static_cast<int32_t>(group.rows.size())}, TrajectoryRole::train});
    group.rows.push_back(std::move(row));
  }
  return group;
}

}  // namespace kedge::testing
