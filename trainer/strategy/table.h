// All rollout strategies.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/schema.h"
#include "rollout/config.h"
#include "trainer/strategy/strategy.h"

namespace kedge {

// What every strategy is made with. `sampling` holds the stop ids of the model.
struct StrategyContext {
  RolloutConfig rollout;
  Sampling sampling;
};

// `create` binds the strategy's own settings, which stand beside rollout.strategy.name; `describe`
// lists them for the reference page.
struct StrategyEntry {
  std::string name;
  std::string doc;
  std::unique_ptr<RolloutStrategy> (*create)(const StrategyContext&, const std::string& path);
  std::vector<FieldDoc> (*describe)();
};

const std::vector<StrategyEntry>& strategy_table();

// The strategy named in rollout.strategy; an unknown name or setting is a ConfigError.
std::unique_ptr<RolloutStrategy> make_strategy(const StrategyContext& context);

// Entries, one per file.
StrategyEntry plain_strategy();

}  // namespace kedge
