// Training with separate ranks: rank 0 of a communicator learns and coordinates, all others sample.
// Rollouts are exact and randomness is addressed, so a run has the same bits as when colocated.
#pragma once
#include "comm/communicator.h"
#include "trainer/run.h"

namespace kedge {

// Called by every rank of `communicator`, rank 0 with the services of its caller. Needs two ranks
// or more (ConfigError). Rank 0 returns the outcome of the run, the others one that only says that
// they were told to leave. A rank that is lost or silent is a TemporaryError on the others.
RunOutcome train_disaggregated(const RunConfig& config, const RunServices& services,
                               Communicator& communicator);

}  // namespace kedge
