// What an author of a native reward needs: making a table entry, reading prompt columns.
#pragma once
#include "rewards/reward.h"

namespace kedge {

// The entry of reward R whose settings are the visitable struct Config; R is made from a Config.
template <class R, class Config>
RewardEntry reward_entry(std::string name, std::string doc) {
  return {std::move(name), std::move(doc),
          [](const ConfigNode& settings, const std::string& path) -> std::unique_ptr<Reward> {
            Config config;
            bind(settings, config, path);
            return std::make_unique<R>(config);
          },
          [] { return describe(Config{}); }};
}

// A reward that judges each trajectory for itself.
class TrajectoryReward : public Reward {
 public:
  void score(std::span<const RewardItem> items, std::span<Verdict> verdicts) final {
    for (size_t i = 0; i < items.size(); ++i) {
      verdicts[i] = judge(items[i]);
    }
  }

 protected:
  virtual Verdict judge(const RewardItem& item) const = 0;
};

// Column `name` of the prompt: a text, a number (as it is written), or a list of them. Missing or
// another type: nullopt, and `problem` says so with prompt and column.
std::optional<std::vector<std::string>> text_column(const Prompt& prompt, const std::string& name,
                                                    std::string& problem);

}  // namespace kedge
