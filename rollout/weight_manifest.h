// Proof that weights arrived: what the sender writes beside them, and what the receiver checks
// before anything is sampled with them (design section 9).
#pragma once
#include <string>
#include <vector>

#include "core/records.h"
#include "model/parameters.h"
#include "model/scorer.h"

namespace kedge {

// How equal the canary's log-probs must be: to the bit where numerics promise it, else within.
struct CanaryRule {
  bool bitwise = true;
  double tolerance = 1e-3;
};

// Tokens every rank scores after an adoption: random ones, at most 32, addressed by `seed`.
std::vector<Token> canary_tokens(const ModelConfig& config, uint64_t seed);

// Hashes of all tensors and the canary's log-probs at temperature 1. `weights` are refreshed.
WeightManifest make_manifest(const Parameters& weights, Scorer& scorer, std::vector<Token> canary);

// Compares names, shapes and hashes; a difference is an InvariantError that begins with `speaker`
// and names the tensor and both sides.
void check_tensors(const Parameters& weights, const WeightManifest& manifest,
                   const std::string& speaker);
// Scores the canary with `weights`, refreshed; a difference is an InvariantError naming the token.
void check_canary(const Parameters& weights, const WeightManifest& manifest, Scorer& scorer,
                  const CanaryRule& rule, const std::string& speaker);

}  // namespace kedge
