#include "trainer/strategy/table.h"

#include <gtest/gtest.h>

#include <set>

#include "core/error.h"

namespace kedge {
namespace {

TEST(StrategyTable, EntriesAreNamedAndMakeThemselves) {
  std::set<std::string> names;
  for (const StrategyEntry& entry : strategy_table()) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_FALSE(entry.doc.empty());
    StrategyContext context;
    context.rollout.strategy.name = entry.name;
    const auto strategy = make_strategy(context);
    strategy->load(strategy->save());
  }
  EXPECT_TRUE(names.contains("plain"));
}

TEST(StrategyTable, UnknownNamesAreRefusedWithTheNearest) {
  StrategyContext context;
  context.rollout.strategy.name = "plane";
  try {
    make_strategy(context);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("plain"), std::string::npos);
  }
}

}  // namespace
}  // namespace kedge
