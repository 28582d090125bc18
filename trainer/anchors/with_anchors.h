// Reference samples for any strategy: a decorator that widens every round by the samples of prompts
// without an anchor record, and gives each finished group its prompt's record.
//
// Reference samples are groups of Purpose::reference with the visit of the prompt's draw, so their
// randomness is their own: with or without them the policy samples the same rows.
#pragma once
#include <memory>

#include "trainer/anchors/store.h"
#include "trainer/strategy/strategy.h"

namespace kedge {

// Borrows the store.
std::unique_ptr<RolloutStrategy> with_anchors(std::unique_ptr<RolloutStrategy> strategy,
                                              AnchorStore& store);

// Adds the reference samples of a prompt, and its greedy one, to an order.
void order_references(const AnchorSettings& settings, const PromptVisit& visit,
                      RolloutOrder& order);

// Moves the records of concluded reference groups into the store and returns the other groups. A
// group seen before changes nothing.
RoundResult take_references(const RoundResult& round, AnchorStore& store);

// Judged reference samples' metrics; samples whose reward failed say nothing.
std::vector<double> judged_metrics(const AnchorRecord& record);

}  // namespace kedge
