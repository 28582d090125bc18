#include "rewards/plugins/worker_reward.h"

#include "core/json.h"
#include "rewards/plugins/worker_pool.h"

namespace kedge {
namespace {

class WorkerReward : public Reward {
 public:
  WorkerReward(const WorkerSpec& spec, const WorkerRewardOptions& options)
      : options_(options),
        pool_(spec, options.num_workers),
        scope_(spec.whole_groups || pool_.ready().groups_only ? RewardScope::group
                                                              : RewardScope::trajectory) {
    required_ =
        member_or<std::vector<std::string>>(pool_.ready().message, "required", {}, spec.place);
  }

  RewardScope scope() const override { return scope_; }
  std::vector<std::string> prompt_columns() const override { return required_; }
  RewardLanes lanes() const override { return {options_.num_workers, options_.batch}; }
  void stop() override { pool_.stop(); }

  void score(std::span<const RewardItem> items, std::span<Verdict> verdicts) override {
    std::vector<RewardItem> complete;
    std::vector<size_t> places;
    for (size_t i = 0; i < items.size(); ++i) {
      if (const std::string missing = missing_column(items[i].prompt()); !missing.empty()) {
        verdicts[i] =
            Verdict::failed("prompt " + items[i].prompt().id + " has no column '" + missing + "'");
      } else {
        places.push_back(i);
      }
    }
    if (places.size() == items.size()) return ask(items, verdicts);
    for (const size_t i : places) complete.push_back(items[i]);
    std::vector<Verdict> found(complete.size());
    ask(complete, found);
    for (size_t i = 0; i < places.size(); ++i) verdicts[places[i]] = std::move(found[i]);
  }

 private:
  std::string missing_column(const Prompt& prompt) const {
    for (const std::string& column : required_) {
      if (!prompt.columns.contains(column)) return column;
    }
    return "";
  }

  void ask(std::span<const RewardItem> items, std::span<Verdict> verdicts) {
    // A group is judged as a whole; single trajectories in messages of bounded length.
    const auto batch = scope() == RewardScope::trajectory ? static_cast<size_t>(options_.batch)
                                                          : std::max<size_t>(items.size(), 1);
    for (size_t begin = 0; begin < items.size(); begin += batch) {
      const size_t count = std::min(batch, items.size() - begin);
      pool_.score(items.subspan(begin, count), verdicts.subspan(begin, count));
    }
  }

  const WorkerRewardOptions options_;
  WorkerPool pool_;
  const RewardScope scope_;
  std::vector<std::string> required_;
};

}  // namespace

WorkerSpec limited_spec(const WorkerSettings& settings) {
  WorkerSpec spec;
  spec.command.memory_bytes = static_cast<uint64_t>(settings.memory_mib) << 20;
  spec.timeout_s = settings.timeout_s;
  spec.start_timeout_s = settings.start_timeout_s;
  return spec;
}

std::unique_ptr<Reward> make_worker_reward(const WorkerSpec& spec,
                                           const WorkerRewardOptions& options) {
  return std::make_unique<WorkerReward>(spec, options);
}

}  // namespace kedge
