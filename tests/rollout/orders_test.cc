#include "rollout/orders.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "rollout/environment.h"
#include "tests/rollout/support/engine_fixture.h"

namespace kedge {
namespace {

FinishedRow finished(uint64_t prompt, uint32_t stream) {
  FinishedRow row;
  row.group = {Purpose::sample, prompt, 0};
  row.row.stream = stream;
  return row;
}

TEST(OrdersTest, KeyOrder) {
  std::vector<KeyedRow> rows;
  for (const RowKey key : {RowKey{1, 1, 0, 0}, RowKey{1, 0, 1, 0}, RowKey{1, 0, 0, 1},
                           RowKey{0, 5, 5, 5}, RowKey{1, 0, 0, 0}}) {
    rows.push_back(
        {key, finished(key.order * 1000 + key.item * 100 + key.sample * 10 + key.chunk, 0)});
  }
  std::vector<uint64_t> order;
  for (const FinishedRow& row : in_key_order(std::move(rows))) order.push_back(row.group.prompt);
  EXPECT_EQ(order, (std::vector<uint64_t>{555, 1000, 1001, 1010, 1100}));
}

TEST(OrdersTest, RowsFindTheirItem) {
  SampleItem second = test::item_of(4, 5, 2, 8);
  second.first_stream = 30;
  const RolloutOrder order =
      test::order_of({test::item_of(9, 5, 1, 8), second, test::item_of(4, 5, 1, 8)});
  std::vector<FinishedRow> rows = {finished(4, 0), finished(4, chunk_stream(30, 1)),
                                   finished(4, 31), finished(9, 0), finished(4, 30)};
  const std::vector<FinishedRow> sorted = in_order_of(order, std::move(rows));
  std::vector<uint32_t> streams;
  for (const FinishedRow& row : sorted) streams.push_back(row.row.stream);
  EXPECT_EQ(streams, (std::vector<uint32_t>{0, 30, chunk_stream(30, 1), 31, 0}));
  EXPECT_EQ(sorted[0].group.prompt, 9u);
}

TEST(OrdersTest, StrangersAndLossesAreNoticed) {
  const RolloutOrder order = test::order_of({test::item_of(9, 5, 2, 8)});
  EXPECT_THROW(in_order_of(order, {finished(9, 0)}), InvariantError);
  EXPECT_THROW(in_order_of(order, {finished(9, 0), finished(9, 2)}), InvariantError);
  EXPECT_THROW(in_order_of(order, {finished(8, 0), finished(9, 1)}), InvariantError);
  const RolloutOrder twice = test::order_of({test::item_of(9, 5, 2, 8), test::item_of(9, 5, 1, 8)});
  EXPECT_THROW(in_order_of(twice, {}), InvariantError);
}

TEST(OrdersTest, ChecksItems) {
  EXPECT_NO_THROW(check_item(test::item_of(1, 10, 2, 20), 64, 2));
  EXPECT_THROW(check_item(test::item_of(1, 10, 2, 23), 64, 2), InvariantError);
  EXPECT_NO_THROW(check_item(test::item_of(1, 10, 2, 1000), 32, 2)) << "the context ends it";
  EXPECT_THROW(check_item(test::item_of(1, 64, 2, 1), 64, 20), InvariantError);
  EXPECT_THROW(check_item(test::item_of(1, 10, 0, 1), 64, 20), InvariantError);
}

}  // namespace
}  // namespace kedge
