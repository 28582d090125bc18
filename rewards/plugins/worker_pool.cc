#include "rewards/plugins/worker_pool.h"

#include "core/error.h"

namespace kedge {
namespace {

// Puts a worker back among the idle ones, whatever happened meanwhile.
struct Returned {
  Queue<Worker*>& idle;
  Worker* worker;
  ~Returned() { idle.push(worker, deadline_in(0)); }
};

}  // namespace

WorkerPool::WorkerPool(const WorkerSpec& spec, int32_t num_workers)
    : idle_(static_cast<size_t>(num_workers)) {
  for (int32_t i = 0; i < num_workers; ++i) {
    workers_.push_back(std::make_unique<Worker>(spec, stop_));
    workers_.back()->start();
  }
  for (const auto& worker : workers_) {
    ready_ = worker->await_ready();
    idle_.push(worker.get(), deadline_in(0));
  }
}

void WorkerPool::score(std::span<const RewardItem> items, std::span<Verdict> verdicts) {
  const std::optional<Worker*> worker = idle_.try_pop();
  KEDGE_CHECK(worker.has_value(), "[rewards] ", workers_.size(),
              " workers, and more callers than that");
  const Returned returned{idle_, *worker};
  (*worker)->score(items, verdicts);
}

}  // namespace kedge
