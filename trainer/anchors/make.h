// Filling an anchor store ahead of a run: the reference samples of its prompts, made by the same
// orders, engine and judge as in training.
#pragma once
#include <string>

#include "trainer/run.h"

namespace kedge {

struct AnchorOutcome {
  ExitCode exit = kExitDone;  // 75 or 130 after a signal; what is done is in the file
  int64_t prompts = 0;        // of the run, as far as they are known
  int64_t made = 0;           // records made by this call
  std::string path;
};

// Makes the record of every prompt that algorithm.anchor.store lacks: all prompts of a file, the
// first train.steps * rollout.prompts_per_step of a task. Begun again, it goes on where it was. The
// weights are the run's first ones, whatever anchor.weights says. ConfigError without a store, or
// where nothing of the configuration reads anchors; and those of training.
AnchorOutcome make_anchors(const RunConfig& config, const RunServices& services);

}  // namespace kedge
