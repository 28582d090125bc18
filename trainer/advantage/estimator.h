// Advantage estimators: the rewards of one prompt's siblings in, one advantage per sibling out
// (policy sheet 3.1). In double on the host: they are a few thousand numbers.
//
// Every estimator is one file with one function and one line in advantage_estimators(). All of them
// keep these rules: a flat group is exactly 0 (tested by max = min before anything is divided); a
// variance takes two passes; a group is what the caller says it is, never a stride.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "trainer/advantage/config.h"

namespace kedge {

// Reference rewards of a prompt (policy sheet 2.4); nullopt: that sample's reward failed.
struct RewardAnchor {
  std::optional<std::vector<std::optional<double>>> rewards;
  std::optional<double> greedy;
};

// The siblings of one prompt, n >= 1. `position` is a sibling's place among all rows of the prompt,
// failed ones included: what AAPO pairs by.
struct Siblings {
  int32_t group = 0;                  // for errors
  std::span<const double> reward;     // [n]
  std::span<const double> length;     // [n] tokens the policy sampled
  std::span<const int32_t> position;  // [n]
  std::span<const double> given;      // [n] advantages from elsewhere; empty when there are none
  const RewardAnchor* anchor = nullptr;
};

// What an estimator may know of the rest of the batch.
struct BatchFacts {
  double reward_std = 0.0;    // over all siblings
  int64_t groups = 0;         // with siblings
  int64_t varied_groups = 0;  // of them, with unequal rewards
  int64_t rows = 0;
  int64_t nonzero_rows = 0;  // with a reward other than 0
};

struct EstimateInput {
  const AdvantageConfig& config;
  const Siblings& siblings;
  const BatchFacts& batch;
};

// Writes one advantage per sibling. Adds what it computed on the way ("baseline", "spread",
// "margin",
// ...) to `details` unless that is null. A missing anchor and a refused group of one: PolicyError.
using EstimateFunction = void (*)(const EstimateInput& in, std::span<double> out, json* details);

// How the row's number reaches its tokens.
enum class TokenRule : uint8_t {
  broadcast,  // the same on every trained token
  suffix,     // on the last token, then discounted towards the first
  given,      // token by token from elsewhere
  gae,        // from values of a critic
};

struct AdvantageEstimator {
  std::string_view name;
  std::string_view doc;
  EstimateFunction estimate;
  TokenRule tokens = TokenRule::broadcast;
  bool needs_siblings = true;    // min_siblings applies; one sample per prompt makes no sense
  bool needs_reference = false;  // anchor rewards
  bool needs_greedy = false;     // anchor's greedy reward
  bool flat_is_zero = true;      // a flat group has no signal: zero_variance may drop it
};

std::span<const AdvantageEstimator> advantage_estimators();
const AdvantageEstimator& estimator_of(const AdvantageConfig& config);

// Groups of one (by config.singleton) and flat groups (0): true where `out` is settled.
bool settle_trivial(const EstimateInput& in, std::span<double> out);

}  // namespace kedge
