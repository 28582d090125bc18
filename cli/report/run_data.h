// What a report is made from: the metrics and samples a run has written.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "core/json.h"

namespace kedge {

struct Point {
  double step = 0.0;
  double value = 0.0;
};
using Series = std::vector<Point>;

struct RunData {
  std::string name;
  std::map<std::string, Series> metrics;  // by name, steps ascending
  std::vector<json> samples;              // lines of samples.jsonl, oldest first
  std::string run_hash;                   // "" while the run goes on
  ordered_json config;                    // resolved; null when the file is not there

  // The series of that name; empty when the run has none.
  const Series& series(const std::string& name) const;
};

// Reads DIR. No metrics.jsonl, or a broken line in it, is a ConfigError.
RunData read_run(const std::string& dir);

}  // namespace kedge
