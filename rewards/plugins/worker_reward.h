// A reward that lives in worker processes, whatever language it is written in.
#pragma once
#include <memory>

#include "core/schema.h"
#include "rewards/plugins/worker.h"
#include "rewards/reward.h"

namespace kedge {

struct WorkerRewardOptions {
  int32_t num_workers = 1;
  int32_t batch = 32;  // items per message at most; a group is never cut
};

// What a plug-in in processes of its own lets its user say of them; bound by visit_workers.
struct WorkerSettings {
  WorkerRewardOptions pool;
  double timeout_s = 10.0;
  double start_timeout_s = 60.0;
  int64_t memory_mib = 4096;
};

template <class V>
void visit_workers(V& v, WorkerSettings& c) {
  v.field("workers", c.pool.num_workers, "processes (without isolation: threads) that judge",
          between(1, 256));
  v.field("batch", c.pool.batch, "answers per call at most", between(1, 4096));
  v.field("timeout_s", c.timeout_s, "seconds for one answer; then the process is killed",
          positive());
  v.field("start_timeout_s", c.start_timeout_s, "seconds for loading and imports", positive());
  v.field("memory_mib", c.memory_mib, "address space of a process, MiB; 0: no limit", at_least(0));
}

// A spec that holds these limits and nothing else.
WorkerSpec limited_spec(const WorkerSettings& settings);

// Group scope where the spec or the workers want whole groups. Starts the workers; ConfigErrors as
// Worker::await_ready.
std::unique_ptr<Reward> make_worker_reward(const WorkerSpec& spec,
                                           const WorkerRewardOptions& options);

}  // namespace kedge
