// Rollouts over worker ranks (rollout_worker.h): the coordinator's end.
#pragma once
#include <memory>
#include <vector>

#include "comm/communicator.h"
#include "rollout/rollouts.h"
#include "rollout/weight_manifest.h"

namespace kedge {

struct WorkerRolloutsOptions {
  std::vector<int> workers;    // ranks
  int32_t samples_ahead = 64;  // samples a worker may have unfinished before it gets no more
  double silence_s = 600.0;    // a worker that sends nothing for longer is lost
  uint64_t canary_seed = 0;
};

// Work is handed out item by item as workers finish, so long answers hold nobody up; items of a
// group whose KV is kept go to the rank that keeps it. What comes back does not depend on who got
// what.
//
// A worker silent while it owes rows is a TemporaryError naming its rank. Thread rule: one thread,
// the only one of its rank that uses the communicator.
class WorkerRollouts : public Rollouts {
 public:
  // Tells the workers to finish and leave. Nothing may be called afterwards.
  virtual void stop() = 0;
};

// Borrows communicator, context and transformer (for the canary).
std::unique_ptr<WorkerRollouts> worker_rollouts(Communicator& communicator, Context& context,
                                                const Transformer& transformer,
                                                const WorkerRolloutsOptions& options);

}  // namespace kedge
