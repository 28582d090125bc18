#include "rewards/reward_runner.h"

#include <algorithm>

#include "core/clock.h"
#include "core/log.h"
#include "core/text.h"
#include "rewards/combine.h"

namespace kedge {
namespace {

// Far more than the trajectories of a step: a full queue would stall decoding.
constexpr size_t kQueued = size_t{1} << 20;
constexpr double kSayAfter_s = 60.0;
constexpr double kWakeUp_s = 3600.0;

}  // namespace

void run_reward(Reward& reward, std::span<const RewardItem> items, std::span<Verdict> verdicts) {
  const Verdict unwritten = Verdict::failed("the reward wrote no verdict");
  std::fill(verdicts.begin(), verdicts.end(), unwritten);
  try {
    reward.score(items, verdicts);
  } catch (const std::exception& error) {
    std::fill(verdicts.begin(), verdicts.end(), Verdict::failed(error.what()));
  }
  for (Verdict& verdict : verdicts) verdict = checked(std::move(verdict));
}

RewardRunner::RewardRunner(Reward& reward)
    : reward_(reward), lanes_(reward.lanes()), jobs_(kQueued) {
  if (reward.scope() != RewardScope::trajectory) return;  // judged at the end of the step
  for (int32_t i = 0; i < lanes_.count; ++i) threads_.emplace_back([this] { work(); });
}

RewardRunner::~RewardRunner() {
  if (threads_.empty()) return;
  jobs_.close();
  while (jobs_.try_pop()) {
  }
  reward_.stop();
  for (std::thread& thread : threads_) thread.join();
}

std::future<Verdict> RewardRunner::begin(const RewardItem& item,
                                         std::shared_ptr<const Group> owner) {
  std::promise<Verdict> promise;
  std::future<Verdict> future = promise.get_future();
  if (threads_.empty()) {
    Verdict verdict;
    run(std::span(&item, 1), std::span(&verdict, 1));
    promise.set_value(std::move(verdict));
    return future;
  }
  const bool queued =
      jobs_.push({item, std::move(owner), std::move(promise)}, deadline_in(kSayAfter_s));
  KEDGE_CHECK(queued, "[rewards] ", jobs_.size(), " trajectories wait for judgement, at most ",
              kQueued);
  return future;
}

void RewardRunner::run(std::span<const RewardItem> items, std::span<Verdict> verdicts) {
  const double begin = real_clock().now();
  run_reward(reward_, items, verdicts);
  if (!items.empty()) times_.add(real_clock().now() - begin, items.size());
}

void RewardRunner::work() {
  for (std::vector<Job> jobs = next_jobs(); !jobs.empty(); jobs = next_jobs()) {
    std::vector<RewardItem> items;
    for (Job& job : jobs) items.push_back(std::move(job.item));
    std::vector<Verdict> verdicts(items.size());
    run(items, verdicts);
    for (size_t i = 0; i < jobs.size(); ++i) jobs[i].verdict.set_value(std::move(verdicts[i]));
  }
}

// Waits for one, and takes this lane's share of what waits besides. Empty: closed.
std::vector<RewardRunner::Job> RewardRunner::next_jobs() {
  std::vector<Job> jobs;
  std::optional<Job> first;
  while (!(first = jobs_.pop(deadline_in(kWakeUp_s)))) {
    if (jobs_.closed()) return jobs;
  }
  const size_t share = jobs_.size() / static_cast<size_t>(lanes_.count);
  const size_t more = std::min(share, static_cast<size_t>(lanes_.batch) - 1);
  jobs.push_back(std::move(*first));
  while (jobs.size() <= more) {
    std::optional<Job> job = jobs_.try_pop();
    if (!job) break;
    jobs.push_back(std::move(*job));
  }
  return jobs;
}

Verdict await_verdict(std::future<Verdict>& verdict, const std::string& name) {
  double waited_s = 0.0;
  while (verdict.wait_for(std::chrono::duration<double>(kSayAfter_s)) !=
         std::future_status::ready) {
    waited_s += kSayAfter_s;
    log_warning("waiting for reward ", name, " since ", human_duration(waited_s));
  }
  return verdict.get();
}

}  // namespace kedge
