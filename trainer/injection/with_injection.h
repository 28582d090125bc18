// Injection of given answers for any strategy: a decorator that asks fewer samples of a prompt
// whose reference accuracy is low, and puts correct given answers in their place (PVPO, policy
// sheet 2.2).
#pragma once
#include <memory>

#include "trainer/anchors/store.h"
#include "trainer/injection/injections.h"
#include "trainer/strategy/strategy.h"

namespace kedge {

// Borrows store and injections. The records of all prompts asked must be known (with_refill).
std::unique_ptr<RolloutStrategy> with_injection(std::unique_ptr<RolloutStrategy> strategy,
                                                const InjectionConfig& config, AnchorStore& store,
                                                Injections& injections);

}  // namespace kedge
