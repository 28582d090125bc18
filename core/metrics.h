// Metrics: named numbers with the rule that joins them over micro-batches and ranks, and the sinks that
// receive them once per step.
//
//   MetricSet step;
//   step.add("rewards/mean", 0.5, Reduce::mean, num_rows);
//   step.merge(from_rank_1);                    // in rank order
//   sink->write(12, step.flatten());
//
// Every term is kept until flatten(), which sums in the order of adding: sets that hold the same terms
// in the same order give the same bits, wherever the border between two merged sets was.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/json.h"

namespace kedge {

enum class Reduce : uint8_t {
  mean,      // sum of value * weight / sum of weights
  sum,       // sum of value * weight
  max,
  min,
  last,      // the term added last
  quantile,  // becomes name/p10, name/p50 and name/p90 (nearest rank, weights ignored)
};

using MetricValues = std::map<std::string, double>;

class MetricSet {
 public:
  // A value that is not finite is left out and counted under "metrics/non_finite"; so is one whose
  // weight is not finite. A name used with two rules is an InvariantError.
  void add(const std::string& name, double value, Reduce rule = Reduce::mean, double weight = 1.0);
  // Appends the other's terms.
  void merge(const MetricSet& other);
  // A metric without finite terms, or a mean of zero weight, is absent.
  MetricValues flatten() const;
  bool empty() const { return series_.empty() && non_finite_ == 0; }

  // For the wire; load of anything save did not write is a ConfigError.
  json save() const;
  static MetricSet load(const json& state);

 private:
  struct Term {
    double value;
    double weight;
  };
  struct Series {
    Reduce rule = Reduce::mean;
    std::vector<Term> terms;
  };
  Series& series(const std::string& name, Reduce rule);

  std::map<std::string, Series> series_;
  uint64_t non_finite_ = 0;
};

// Where the values of a step go. Called by one thread.
class MetricSink {
 public:
  virtual ~MetricSink() = default;
  virtual void write(int64_t step, const MetricValues& values) = 0;
  // Everything written before is on disk or on the screen afterwards.
  virtual void flush() = 0;
};

// Writes to all of them, in order.
std::unique_ptr<MetricSink> make_tee_sink(std::vector<std::unique_ptr<MetricSink>> sinks);

}  // namespace kedge
