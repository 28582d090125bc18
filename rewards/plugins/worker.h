// One worker of a plug-in: a process that is started, asked, killed when it does not answer, and
// started again. Whatever happens to it, every item gets its verdict, and that verdict depends on
// the item alone: items that were in one batch with a culprit are asked again without it.
//
// Legal order of calls: start(), await_ready(), then score(). Thread rule: one thread at a time;
// the flag `stop` may be set by any.
#pragma once
#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rewards/plugins/item_json.h"
#include "rewards/plugins/worker_process.h"

namespace kedge {

struct WorkerSpec {
  WorkerCommand command;
  json start = json::object();    // what {"op":"start"} says besides
  std::string place;              // where the config names the plug-in
  bool whole_groups = false;      // items are one group: never taken apart
  double timeout_s = 10.0;        // for one item
  double start_timeout_s = 60.0;  // for imports and the like
  double backoff_first_s = 0.1;   // wait before another start, doubled while starting does not help
  double backoff_max_s = 5.0;
};

// What a worker says of itself when it is ready.
struct WorkerReady {
  ItemFields fields;
  // One item after the other, with verdicts as it goes: its deadline begins anew with each message.
  bool one_by_one = false;
  // Serves whole groups only, whatever the spec says.
  bool groups_only = false;
  // All items of a batch are under way at once, and the worker keeps the time of each itself.
  bool concurrent = false;
  json message;
};

class Worker {
 public:
  // Borrows `stop`: once set, score() gives errors instead of waiting.
  Worker(WorkerSpec spec, const std::atomic<bool>& stop);

  // Starts the process and does not wait for it.
  void start();
  // Waits until it is ready. It refuses, dies or stays silent: ConfigError.
  const WorkerReady& await_ready();

  // One verdict per item. A crash or what is no message is an error, silence a timeout; both end
  // the process. Time: timeout_s per item, twice that where a batch has to be taken apart, and the
  // waits before new starts.
  void score(std::span<const RewardItem> items, std::span<Verdict> verdicts);

 private:
  using Indices = std::vector<size_t>;

  std::optional<Verdict> converse(std::span<const RewardItem> items, std::span<Verdict> verdicts,
                                  Indices& pending);
  bool taken_apart() const { return !spec_.whole_groups && !ready_.groups_only; }
  bool running(std::string& problem);
  void ask(std::span<const RewardItem> items, const Indices& which);
  Deadline deadline_for(size_t num_items) const;
  WorkerProcess::Event receive(std::string& message, Deadline deadline) const;
  Verdict failure(WorkerProcess::Event event);

  WorkerSpec spec_;
  const std::atomic<bool>& stop_;
  WorkerReady ready_;
  std::unique_ptr<WorkerProcess> process_;
  std::string frame_;
  int64_t id_ = 0;
  double backoff_s_ = 0.0;
};

}  // namespace kedge
