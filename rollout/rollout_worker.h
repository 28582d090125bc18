// The loop of a rollout rank: takes orders and weights from the coordinator, gives rows back.
//
//   assign     a RolloutOrder of sample items: queued in the engine
//   release    a group key: its kept KV may go
//   publish    a WeightManifest, then the broadcast: verified, adopted, answered with adopted
//   drain      everything queued is finished and delivered before anything else is read
//   stop       the loop ends; unfinished rows are forgotten
//   deliver    (sent) rows as they end
//   heartbeat  (sent) at least every heartbeat_s, with the engine's metrics since the last one
#pragma once
#include "comm/communicator.h"
#include "rollout/engine.h"
#include "rollout/weight_manifest.h"

namespace kedge {

struct WorkerOptions {
  int coordinator = 0;
  EngineOptions engine;
  CanaryRule canary;
  double heartbeat_s = 2.0;
  double silence_s = 3600.0;  // an idle worker that hears nothing for longer gives up
};

// What a worker computes with. Borrowed.
struct WorkerParts {
  Communicator& communicator;
  Context& context;
  const Transformer& transformer;
  const Tokenizer& tokenizer;
  Environment& environment;
};

// Runs until the coordinator says stop. A mismatch of weights is an InvariantError; a coordinator
// that is silent for silence_s a TemporaryError naming it. Blocks its thread, the only one that
// may use the communicator.
void run_rollout_worker(const WorkerParts& parts, const WorkerOptions& options);

// The payload of a release message.
json encode_key(const GroupKey& key);
GroupKey decode_key(const json& body);

}  // namespace kedge
