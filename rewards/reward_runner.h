// Runs one reward: quick ones at once, those with lanes on threads of their own, so that a slow
// function never stalls decoding. Which call a trajectory shares with others, and when it is
// judged, changes no verdict.
#pragma once
#include <future>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "core/queue.h"
#include "rewards/reward.h"
#include "rewards/reward_times.h"

namespace kedge {

// Judges `items` in one call. A reward that writes nothing has failed, and so has one that throws
// or gives a score that is not finite: trouble is a verdict.
void run_reward(Reward& reward, std::span<const RewardItem> items, std::span<Verdict> verdicts);

// Thread rule: begin() by one thread; the verdict may be taken by any. The destructor stops the
// reward and breaks the promises still open.
class RewardRunner {
 public:
  // Borrows `reward`, whose lanes() threads are started here.
  explicit RewardRunner(Reward& reward);
  ~RewardRunner();
  RewardRunner(const RewardRunner&) = delete;
  RewardRunner& operator=(const RewardRunner&) = delete;

  // The verdict of one trajectory, at once or later. `owner` keeps alive what the item points to;
  // it may be null where the caller does so until the verdict is taken.
  std::future<Verdict> begin(const RewardItem& item, std::shared_ptr<const Group> owner);
  // run_reward() in the caller's thread: for wider scopes, at the end of a step.
  void run(std::span<const RewardItem> items, std::span<Verdict> verdicts);
  RewardTimes& times() { return times_; }

 private:
  struct Job {
    RewardItem item;
    std::shared_ptr<const Group> owner;
    std::promise<Verdict> verdict;
  };

  void work();
  std::vector<Job> next_jobs();

  Reward& reward_;
  const RewardLanes lanes_;
  RewardTimes times_;
  Queue<Job> jobs_;
  std::vector<std::thread> threads_;
};

// Waits for a verdict that begin() promised; `name` is the reward's, for the log when it takes
// long. The reward's own deadlines bound the wait.
Verdict await_verdict(std::future<Verdict>& verdict, const std::string& name);

}  // namespace kedge
