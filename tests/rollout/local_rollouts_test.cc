#include "rollout/local_rollouts.h"

#include <gtest/gtest.h>

#include "tests/rollout/support/engine_fixture.h"

namespace kedge {
namespace {

TEST(LocalRolloutsTest, TellsEveryRowAsItEndsAndSortsThem) {
  test::TinyModel model;
  const auto engine = model.engine();
  const auto rollouts = local_rollouts(*engine);
  rollouts->adopt(model.parameters);
  const RolloutOrder order =
      test::order_of({test::item_of(2, 10, 2, 30), test::item_of(1, 30, 2, 3)});
  std::vector<FinishedRow> told;
  const std::vector<FinishedRow> rows =
      rollouts->run(order, [&](const FinishedRow& row) { told.push_back(row); });
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(told.size(), 4u);
  EXPECT_EQ(told[0].group.prompt, 1u) << "the short answers end first";
  EXPECT_EQ(rows[0].group.prompt, 2u);
  EXPECT_EQ(rows[1].row.stream, 1u);
  EXPECT_EQ(rows[3].group.prompt, 1u);
  EXPECT_GT(rollouts->take_metrics().flatten().at("perf/engine_steps"), 0);
  rollouts->release(order.samples[0].group);
  EXPECT_EQ(test::fingerprint(rollouts->run(order, nullptr)), test::fingerprint(rows));
}

}  // namespace
}  // namespace kedge
