#include "rollout/weight_manifest.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/error.h"
#include "core/hash.h"
#include "core/json.h"

namespace kedge {

namespace {

std::vector<float> canary_logprobs(const Parameters& weights, Scorer& scorer,
                                   const std::vector<Token>& canary) {
  ScoreItem item;
  item.context = canary;
  item.first_scored = 1;
  item.weights = weights.id().set;
  item.columns = {"logprob"};
  return scorer.score(weights, std::span(&item, 1)).front().logprob;
}

std::string shape_text(const std::vector<int64_t>& shape) {
  return json(shape).dump();
}

}  // namespace

std::vector<Token> canary_tokens(const ModelConfig& config, uint64_t seed) {
  constexpr int64_t kMost = 32;
  std::vector<Token> tokens(std::min(kMost, config.max_position));
  for (size_t i = 0; i < tokens.size(); ++i) {
    // No prompt has the largest ordinal.
    const RandomAddress address{Purpose::init, (uint64_t{1} << 40) - 1, 0, 0, i};
    tokens[i] = static_cast<Token>(random_below(seed, address, config.vocab));
  }
  return tokens;
}

WeightManifest make_manifest(const Parameters& weights, Scorer& scorer, std::vector<Token> canary) {
  WeightManifest manifest;
  manifest.id = weights.id();
  for (const NamedTensor& tensor : weights.tensors()) {
    manifest.tensors.push_back({tensor.name, tensor.shape, hash_tensor(weights.view(tensor))});
  }
  manifest.canary_logprobs = canary_logprobs(weights, scorer, canary);
  manifest.canary = std::move(canary);
  return manifest;
}

void check_tensors(const Parameters& weights, const WeightManifest& manifest,
                   const std::string& speaker) {
  const std::vector<NamedTensor>& mine = weights.tensors();
  KEDGE_CHECK(mine.size() == manifest.tensors.size(), speaker, ": the model has ", mine.size(),
              " tensors, the manifest names ", manifest.tensors.size());
  for (size_t i = 0; i < mine.size(); ++i) {
    const TensorDigest& theirs = manifest.tensors[i];
    KEDGE_CHECK(mine[i].name == theirs.name && mine[i].shape == theirs.shape, speaker, ": tensor ",
                i, " is ", mine[i].name, " ", shape_text(mine[i].shape), ", the manifest says ",
                theirs.name, " ", shape_text(theirs.shape));
    const uint64_t hash = hash_tensor(weights.view(mine[i]));
    KEDGE_CHECK(hash == theirs.hash, speaker, ": tensor ", theirs.name, " arrived with hash ",
                hex_of(hash), ", it was sent with ", hex_of(theirs.hash));
  }
}

void check_canary(const Parameters& weights, const WeightManifest& manifest, Scorer& scorer,
                  const CanaryRule& rule, const std::string& speaker) {
  const std::vector<float> mine = canary_logprobs(weights, scorer, manifest.canary);
  const std::vector<float>& theirs = manifest.canary_logprobs;
  KEDGE_CHECK(mine.size() == theirs.size(), speaker, ": ", mine.size(),
              " canary log-probs, the manifest has ", theirs.size());
  for (size_t i = 0; i < mine.size(); ++i) {
    const bool same_bits = std::bit_cast<uint32_t>(mine[i]) == std::bit_cast<uint32_t>(theirs[i]);
    const bool equal =
        same_bits ||
        (!rule.bitwise && std::abs(static_cast<double>(mine[i]) - theirs[i]) <= rule.tolerance);
    KEDGE_CHECK(equal, speaker, ": canary token ", i + 1, " has log-prob ", format_float(mine[i]),
                ", the sender got ", format_float(theirs[i]));
  }
}

}  // namespace kedge
