#include "cli/bench/fixed_length.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

// Remembers what it was asked for.
class Recorder : public Rollouts {
 public:
  explicit Recorder(RolloutOrder& seen, int& released) : seen_(seen), released_(released) {}
  void adopt(const Parameters&) override {}
  std::vector<FinishedRow> run(const RolloutOrder& order,
                               const std::function<void(const FinishedRow&)>& each) override {
    seen_ = order;
    FinishedRow row;
    row.order = order.id;
    each(row);
    return {row};
  }
  void release(const GroupKey&) override { ++released_; }
  MetricSet take_metrics() override {
    MetricSet metrics;
    metrics.add("perf/x", 2.0);
    return metrics;
  }

 private:
  RolloutOrder& seen_;
  int& released_;
};

TEST(FixedLength, DropsStopsAndNothingElse) {
  RolloutOrder seen;
  int released = 0, finished = 0;
  const auto rollouts = fixed_length(std::make_unique<Recorder>(seen, released));
  RolloutOrder order;
  order.id = 5;
  order.samples.resize(2);
  for (SampleItem& item : order.samples) {
    item.sampling.stop_ids = {1};
    item.sampling.stop_strings = {"x"};
    item.sampling.max_new_tokens = 9;
    item.context = {3, 4};
  }
  const auto rows = rollouts->run(order, [&](const FinishedRow&) { ++finished; });
  ASSERT_EQ(seen.samples.size(), 2u);
  for (const SampleItem& item : seen.samples) {
    EXPECT_TRUE(item.sampling.stop_ids.empty());
    EXPECT_TRUE(item.sampling.stop_strings.empty());
    EXPECT_EQ(item.sampling.max_new_tokens, 9);
    EXPECT_EQ(item.context, (std::vector<Token>{3, 4}));
  }
  EXPECT_EQ(order.samples[0].sampling.stop_ids, std::vector<Token>{1});
  EXPECT_EQ(rows.at(0).order, 5u);
  EXPECT_EQ(finished, 1);
  rollouts->release({});
  EXPECT_EQ(released, 1);
  EXPECT_EQ(rollouts->take_metrics().flatten().at("perf/x"), 2.0);
}

}  // namespace
}  // namespace kedge
