// A reward that lives in worker processes, whatever language it is written in.
#pragma once
#include <memory>

#include "rewards/plugins/worker.h"
#include "rewards/reward.h"

namespace kedge {

struct WorkerRewardOptions {
  int32_t num_workers = 1;
  int32_t batch = 32;  // items per message at most; a group is never cut
};

// Group scope where the spec or the workers want whole groups. Starts the workers; ConfigErrors as
// Worker::await_ready.
std::unique_ptr<Reward> make_worker_reward(const WorkerSpec& spec,
                                           const WorkerRewardOptions& options);

}  // namespace kedge
