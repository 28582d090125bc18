// Weights on their way between ranks: a manifest as a message, then the flat buffer as a broadcast
// in which every rank of the communicator takes part.
#pragma once
#include <array>
#include <memory>
#include <span>
#include <string>

#include "comm/communicator.h"
#include "rollout/weight_manifest.h"

namespace kedge {

// Announces and sends `weights` to all other ranks from this one, then waits until every rank of
// `receivers` has verified and adopted them. A rank that says another version is an InvariantError;
// one that is silent for `timeout_s` a TemporaryError naming it.
void publish_weights(Communicator& communicator, const Parameters& weights,
                     const WeightManifest& manifest, std::span<const int> receivers,
                     double timeout_s);

// The receiving end: holds one copy of the weights per set. Thread rule: one thread.
class WeightInbox {
 public:
  // Borrows all.
  WeightInbox(Communicator& communicator, Context& context, const Transformer& transformer,
              const CanaryRule& rule);

  // Takes part in the broadcast from `source` that `manifest` announced, verifies and refreshes.
  // The weights live until the next receive of the same set; nothing may read them meanwhile. A
  // mismatch is an InvariantError naming rank, tensor and both sides.
  const Parameters& receive(const WeightManifest& manifest, int source);

 private:
  Communicator& communicator_;
  Context& context_;
  const Transformer& transformer_;
  CanaryRule rule_;
  Scorer scorer_;
  std::array<std::unique_ptr<Parameters>, 3> sets_;
};

}  // namespace kedge
