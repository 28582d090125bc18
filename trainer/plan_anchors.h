// The part of a plan that tells of reference samples, the prompt filter and injection.
#pragma once
#include <string>

#include "model/config.h"
#include "model/tokenizer/tokenizer.h"
#include "rewards/reward_set.h"
#include "rollout/prompt_source.h"
#include "trainer/plan.h"

namespace kedge {

// Reads the store and the given answers as far as they are there; a store of other settings is a
// ConfigError, but weights are not compared: a plan loads none.
PlanAnchors plan_anchors(const RunConfig& config, RewardSet rewards, const ModelConfig& model,
                         const Tokenizer& tokenizer, const PromptSource& prompts);

ordered_json anchors_json(const PlanAnchors& anchors);
std::string anchors_text(const PlanAnchors& anchors);  // "" where there are none

// "  name        value\n".
std::string plan_line(const std::string& name, const std::string& value);

}  // namespace kedge
