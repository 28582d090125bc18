#include "trainer/strategy/table.h"

#include "core/registry.h"

namespace kedge {

const std::vector<StrategyEntry>& strategy_table() {
  static const std::vector<StrategyEntry> table = {plain_strategy()};
  return table;
}

std::unique_ptr<RolloutStrategy> make_strategy(const StrategyContext& context) {
  const std::string path = "rollout.strategy";
  const StrategyEntry& entry =
      find_entry("strategy", strategy_table(), context.rollout.strategy.name, path + ".name");
  return entry.create(context, path);
}

}  // namespace kedge
