// Supervised batches: demonstrations as groups with one injected answer, trained by the same
// learner with loss = -sum log pi(token) / tokens of the step.
#pragma once
#include <memory>

#include "rollout/prompt_source.h"
#include "trainer/train_batch.h"

namespace kedge {

// Ratio level none: the loss of a token is -A log pi, with advantage 1.
LossConfig supervised_loss();

// A group whose one trajectory is the demonstration; its log-probs are unknown and stand as 0.
Group group_of(const Demonstration& demonstration);

// Borrows `demonstrations`.
std::unique_ptr<BatchSource> make_demonstration_batches(DemonstrationSource& demonstrations,
                                                        int per_step);

}  // namespace kedge
