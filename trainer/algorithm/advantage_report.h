// What `kedge advantage` prints: what an algorithm makes of given rewards, with every intermediate.
//
// One JSON object per prompt in:
//   {"rewards": [1, 0, null, 1], "lengths": [12, 9, 30, 11]}
// and, optional: "id"; "metrics"; "verdicts" ("score" or why not; a null reward is not scored);
// "truncated" (0/1); "mask" (per token, instead of lengths); "reference_rewards" (null = failed);
// "greedy_reward"; "old" and "reference" (log-probs per token, for a KL in the reward); "credit"
// (per token); "given" (number or list per row). Unknown members are ConfigErrors.
//
// One object per prompt out: "advantages" (per row; a list where tokens of the row differ),
// "row_advantages" (before tokens), "used", "rewards" (after shaping), "flat", "dropped", and what
// the estimator computed: "baseline", "spread", "margin", "reference", "alpha", "before_clip". A
// member "left_out" names what needs log-probs that were not given.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/json.h"
#include "trainer/algorithm/config.h"

namespace kedge {

struct PromptLine {
  json value;
  std::string place;  // "groups.jsonl:3"
};

// All lines are one batch: whitening, batch_std and gpg look across prompts.
std::vector<ordered_json> advantage_report(const AlgorithmConfig& config,
                                           std::span<const PromptLine> lines);
// A batch of one prompt.
ordered_json advantage_report(const AlgorithmConfig& config, const json& line);

}  // namespace kedge
