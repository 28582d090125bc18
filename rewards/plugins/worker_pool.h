// The workers of one plug-in. Thread rule: score() may be called by as many threads as there are
// workers, each of which then has one to itself; stop() by any thread.
#pragma once
#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "rewards/plugins/idle_pool.h"
#include "rewards/plugins/worker.h"

namespace kedge {

class WorkerPool {
 public:
  // Starts all workers at once and waits for them; ConfigErrors as Worker::await_ready.
  WorkerPool(const WorkerSpec& spec, int32_t num_workers);

  const WorkerReady& ready() const { return ready_; }
  void score(std::span<const RewardItem> items, std::span<Verdict> verdicts);
  // Makes every score() return soon.
  void stop() { stop_ = true; }

 private:
  std::atomic<bool> stop_ = false;
  std::vector<std::unique_ptr<Worker>> workers_;
  IdlePool<Worker> idle_;
  WorkerReady ready_;
};

}  // namespace kedge
