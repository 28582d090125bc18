// One declaration per file of this folder that holds an estimator; see estimator.h.
#pragma once
#include "trainer/advantage/estimator.h"

namespace kedge {

// (r - mean) / (std + epsilon): GRPO (arXiv 2402.03300), Dr. GRPO (2503.20783) with scale none.
void estimate_group(const EstimateInput& in, std::span<double> out, json* details);
// r - mean of the others (arXiv 2402.14740).
void estimate_rloo(const EstimateInput& in, std::span<double> out, json* details);
// r - length-weighted mean (arXiv 2505.23585).
void estimate_opo(const EstimateInput& in, std::span<double> out, json* details);
// Best row: (first - second) / (std + epsilon), the others 0 (arXiv 2503.19595).
void estimate_pass_at_k(const EstimateInput& in, std::span<double> out, json* details);
// The reward itself, spread over tokens later (arXiv 2501.03262).
void estimate_reinforce_pp(const EstimateInput& in, std::span<double> out, json* details);
// r - mean (the same paper, version 9).
void estimate_reinforce_pp_baseline(const EstimateInput& in, std::span<double> out, json* details);
// r - reward of the greedy answer (arXiv 2310.10505).
void estimate_remax(const EstimateInput& in, std::span<double> out, json* details);
// alpha (r - mean) (arXiv 2504.02546).
void estimate_gpg(const EstimateInput& in, std::span<double> out, json* details);
// group + clip(r - reference reward, low, high) (arXiv 2505.14264; policy sheet 1).
void estimate_aapo(const EstimateInput& in, std::span<double> out, json* details);
// r - mean reference reward (arXiv 2508.21104; policy sheet 2).
void estimate_pvpo(const EstimateInput& in, std::span<double> out, json* details);
// What the rollout side says: trees, demonstrations.
void estimate_given(const EstimateInput& in, std::span<double> out, json* details);
// The outcome reward; the critic's values enter with the tokens (arXiv 1506.02438).
void estimate_gae(const EstimateInput& in, std::span<double> out, json* details);

// (r - mean) / (std + epsilon) over the k shortest or most efficient rows, the others 0
// (arXiv 2508.09726).
void estimate_gfpo(const EstimateInput& in, std::span<double> out, json* details);

}  // namespace kedge
