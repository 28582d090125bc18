#include "trainer/advantage/estimator.h"

#include <algorithm>
#include <array>

#include "core/registry.h"
#include "trainer/advantage/estimators.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {

std::span<const AdvantageEstimator> advantage_estimators() {
  static const std::array<AdvantageEstimator, 13> table = {{
      {.name = "group", .doc = "centred and scaled in its group", .estimate = estimate_group},
      {.name = "rloo", .doc = "minus the mean of the others", .estimate = estimate_rloo},
      {.name = "opo", .doc = "minus the length-weighted mean", .estimate = estimate_opo},
      {.name = "pass_at_k", .doc = "the best row's lead", .estimate = estimate_pass_at_k},
      {.name = "reinforce_pp",
       .doc = "the reward, discounted over tokens",
       .estimate = estimate_reinforce_pp,
       .tokens = TokenRule::suffix,
       .needs_siblings = false,
       .flat_is_zero = false},
      {.name = "reinforce_pp_baseline",
       .doc = "minus the group's mean, to be whitened",
       .estimate = estimate_reinforce_pp_baseline},
      {.name = "remax",
       .doc = "minus the greedy answer's reward",
       .estimate = estimate_remax,
       .needs_siblings = false,
       .needs_greedy = true,
       .flat_is_zero = false},
      {.name = "gpg",
       .doc = "centred, times groups over groups with spread",
       .estimate = estimate_gpg},
      {.name = "aapo",
       .doc = "group plus the clipped margin over the reference",
       .estimate = estimate_aapo,
       .needs_reference = true,
       .flat_is_zero = false},
      {.name = "pvpo",
       .doc = "minus the mean reference reward",
       .estimate = estimate_pvpo,
       .needs_siblings = false,
       .needs_reference = true,
       .flat_is_zero = false},
      {.name = "given",
       .doc = "made on the rollout side",
       .estimate = estimate_given,
       .tokens = TokenRule::given,
       .needs_siblings = false,
       .flat_is_zero = false},
      {.name = "gae",
       .doc = "from a critic's values",
       .estimate = estimate_gae,
       .tokens = TokenRule::gae,
       .needs_siblings = false,
       .flat_is_zero = false},
      {.name = "gfpo",
       .doc = "centred and scaled among the shortest rows",
       .estimate = estimate_gfpo},
  }};
  return table;
}

const AdvantageEstimator& estimator_of(const AdvantageConfig& config) {
  return find_entry("advantage estimator", advantage_estimators(), config.estimator);
}

bool settle_trivial(const EstimateInput& in, std::span<double> out) {
  const std::span<const double> reward = in.siblings.reward;
  if (reward.size() == 1) {
    if (in.config.singleton == Singleton::error) {
      throw PolicyError(PolicyFault::group_too_small, in.siblings.group,
                        "prompt " + std::to_string(in.siblings.group) + " has one scored row");
    }
    out[0] = in.config.singleton == Singleton::raw ? reward[0] : 0.0;
    return true;
  }
  const auto [low, high] = std::minmax_element(reward.begin(), reward.end());
  if (*low != *high) return false;
  std::fill(out.begin(), out.end(), 0.0);
  return true;
}

}  // namespace kedge
