#include "core/metrics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/rng.h"

namespace kedge {
namespace {

TEST(Metrics, EachRuleReduces) {
  MetricSet set;
  for (const double value : {3.0, 1.0, 2.0}) {
    set.add("mean", value, Reduce::mean, value);
    set.add("sum", value, Reduce::sum);
    set.add("max", value, Reduce::max);
    set.add("min", value, Reduce::min);
    set.add("last", value, Reduce::last);
    set.add("q", value, Reduce::quantile);
  }
  const MetricValues values = set.flatten();
  EXPECT_DOUBLE_EQ(values.at("mean"), 14.0 / 6.0);
  EXPECT_EQ(values.at("sum"), 6.0);
  EXPECT_EQ(values.at("max"), 3.0);
  EXPECT_EQ(values.at("min"), 1.0);
  EXPECT_EQ(values.at("last"), 2.0);
  EXPECT_EQ(values.at("q/p10"), 1.0);
  EXPECT_EQ(values.at("q/p50"), 2.0);
  EXPECT_EQ(values.at("q/p90"), 3.0);
}

TEST(Metrics, BordersBetweenMergedSetsDoNotShow) {
  std::vector<double> terms;
  for (uint64_t i = 0; i < 100; ++i) terms.push_back(random_uniform(3, {.position = i}) * 1e3);
  MetricSet whole;
  for (const double term : terms) whole.add("x", term, Reduce::mean, term);
  for (const size_t cut : {1u, 17u, 50u, 99u}) {
    MetricSet first, second;
    for (size_t i = 0; i < terms.size(); ++i) {
      (i < cut ? first : second).add("x", terms[i], Reduce::mean, terms[i]);
    }
    first.merge(second);
    EXPECT_EQ(first.flatten(), whole.flatten());
  }
}

TEST(Metrics, NonFiniteValuesAreCountedNotSpread) {
  MetricSet set;
  set.add("x", 2.0);
  set.add("x", NAN);
  set.add("y", INFINITY, Reduce::max);
  set.add("z", 1.0, Reduce::mean, 0.0);
  const MetricValues values = set.flatten();
  EXPECT_EQ(values, (MetricValues{{"x", 2.0}, {"metrics/non_finite", 2.0}}));
}

TEST(Metrics, OneNameOneRule) {
  MetricSet set;
  set.add("x", 1.0, Reduce::sum);
  EXPECT_THROW(set.add("x", 1.0, Reduce::mean), InvariantError);
  MetricSet other;
  other.add("x", 1.0, Reduce::max);
  EXPECT_THROW(set.merge(other), InvariantError);
}

TEST(Metrics, SaveAndLoad) {
  MetricSet set;
  set.add("a", 0.1, Reduce::mean, 3);
  set.add("b", 1e-300, Reduce::last);
  set.add("b", NAN, Reduce::last);
  const MetricSet back = MetricSet::load(json::parse(set.save().dump()));
  EXPECT_EQ(back.flatten(), set.flatten());
  EXPECT_FALSE(back.empty());
  EXPECT_TRUE(MetricSet().empty());
  EXPECT_THROW(MetricSet::load(json::object()), ConfigError);
  json state = set.save();
  state["series"]["a"]["rule"] = 9;
  EXPECT_THROW(MetricSet::load(state), ConfigError);
}

struct Recorder : MetricSink {
  explicit Recorder(std::string& log) : log(log) {}
  void write(int64_t step, const MetricValues&) override { log += "w" + std::to_string(step); }
  void flush() override { log += "f"; }
  std::string& log;
};

TEST(Metrics, TeeWritesToAll) {
  std::string log;
  std::vector<std::unique_ptr<MetricSink>> sinks;
  sinks.push_back(std::make_unique<Recorder>(log));
  sinks.push_back(std::make_unique<Recorder>(log));
  const auto tee = make_tee_sink(std::move(sinks));
  tee->write(4, {});
  tee->flush();
  EXPECT_EQ(log, "w4w4ff");
}

}  // namespace
}  // namespace kedge
