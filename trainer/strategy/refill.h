// Prompts until the step is full, for any strategy: a decorator that screens prompts by their
// anchor records before they are asked (prompt_filter, policy sheet 2.2) and asks more of them
// where a group came out flat (zero_variance: resample, sheet 3.8).
//
// It draws just as many prompts as are missing. Where a prompt's record is not known, a round of
// reference samples comes first, so that no answer is sampled in vain. The strategy inside runs
// once per refill, over the prompts that passed.
#pragma once
#include <memory>
#include <optional>

#include "trainer/algorithm/prompt_filter.h"
#include "trainer/anchors/store.h"
#include "trainer/injection/injections.h"
#include "trainer/strategy/strategy.h"

namespace kedge {

struct RefillOptions {
  int32_t prompts_per_step = 16;
  int32_t max_batches = 10;  // of prompts_per_step prompts, drawn for one step at most
  bool resample_flat = false;
  size_t metric = 0;  // reward whose raw score tells a flat group
  FilterRule rule = FilterRule::none;
  double low = 0.0;  // of FilterRule::range
  double high = 1.0;
};

// What the configuration asks for; nullopt: nothing to screen and nothing to resample.
std::optional<RefillOptions> refill_options(const RunConfig& config, const RewardSet& rewards);

// What becomes of a prompt with this record; `injections` may be nullptr. A prompt whose reference
// samples could not be judged is kept: nothing is known against it.
PromptAction screen(const RefillOptions& options, const Prompt& prompt, const AnchorRecord& record,
                    Injections* injections);

// Borrowed; `injections` is nullptr where there are none, `store` where no records are read.
struct RefillParts {
  AnchorStore* store = nullptr;
  Injections* injections = nullptr;
};

// A step that max_batches cannot fill is trained on when it is at least half full; with less the
// run stops (Error with the counts). Prompts that end are trained on as they are.
std::unique_ptr<RolloutStrategy> with_refill(std::unique_ptr<RolloutStrategy> strategy,
                                             const RefillOptions& options,
                                             const RefillParts& parts);

}  // namespace kedge
