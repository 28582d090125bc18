// The parts of phase A (prepare.h) that walk over all tokens of a batch. Legend as in
// policy_rows.h.
#pragma once
#include <span>
#include <vector>

#include "trainer/algorithm/config.h"
#include "trainer/algorithm/policy_rows.h"

namespace kedge {

// KL(old || reference) at each masked-in token [N], 0 elsewhere. Needs both columns.
std::vector<double> reward_kl(const ShapedRewardConfig& config, const PolicyRows& rows);

// Multiplies the advantages [N] of trained tokens by the rows' credit and by the rule's factors.
void apply_credit(const CreditConfig& config, const PolicyRows& rows, std::span<const uint8_t> mask,
                  std::span<double> advantage);

// Weights of the policy term [N], 0 where not trained; sets kept[i] to 0 for rejected rows.
// Injected rows have weight 1. Without old_logprob the new log-probs stand for it.
std::vector<double> correction_weights(const CorrectionConfig& config, const PolicyRows& rows,
                                       std::span<const uint8_t> mask, std::span<uint8_t> kept);

}  // namespace kedge
