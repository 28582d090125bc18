// Groups -> packed forests. Every token is stored once: the prompt once per group, shared parts of
// a tree once. Nothing is reordered (design law 6): micro-batches are contiguous cuts of the
// groups.
//
// A path comes in with its columns (advantage, coefficient, ...) and `trained`, one entry per token
// of the trajectory's response (trainer/batch/response.h); packing fills `target`. Only trained
// tokens get a target. Tokens that no target and no descendant needs (the last of an answer) are
// left out.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/records.h"
#include "trainer/batch/packed_batch.h"
#include "trainer/batch/response.h"

namespace kedge {

// The paths of one group that take part in an update, in trajectory order.
struct GroupPaths {
  const Group* group = nullptr;
  std::vector<PackedPath> paths;
};

// Appends one group as a tree (as several when its paths share no token) to `batch`. Paths without
// a trained token are appended too, without targets. A path whose columns have another length than
// its response, and a trained first token without any context, are InvariantErrors.
void pack_group(const GroupPaths& group, PackedBatch& batch);

// Packed tokens the group would take.
int64_t packed_tokens(const GroupPaths& group);

struct PackOptions {
  int64_t tokens_per_microbatch = 16384;
  bool split_groups = false;  // an oversized group is cut between trajectories, its prompt repeated
  float temperature = 1.0f;
};

// Cuts the groups, in order, into micro-batches: a group joins the current one while the total
// stays within the target; an oversized group runs alone. Takes the paths.
std::vector<PackedBatch> pack(std::vector<GroupPaths> groups, const PackOptions& options);

}  // namespace kedge
