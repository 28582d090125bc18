#include "rewards/plugins/worker_pool.h"

namespace kedge {

WorkerPool::WorkerPool(const WorkerSpec& spec, int32_t num_workers) : idle_(num_workers) {
  for (int32_t i = 0; i < num_workers; ++i) {
    workers_.push_back(std::make_unique<Worker>(spec, stop_));
    workers_.back()->start();
  }
  for (const auto& worker : workers_) {
    ready_ = worker->await_ready();
    idle_.add(worker.get());
  }
}

void WorkerPool::score(std::span<const RewardItem> items, std::span<Verdict> verdicts) {
  idle_.take()->score(items, verdicts);
}

}  // namespace kedge
