// The files of a run directory: config.yaml, metrics.jsonl, samples.jsonl, log.txt, tb/.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/files.h"
#include "core/metrics.h"
#include "trainer/config.h"

namespace kedge {

// Thread rule: one thread. Borrows files and clock.
class RunFiles {
 public:
  // `resume_step`: rewinds metrics.jsonl and samples.jsonl to that step; nullopt: a fresh run. A
  // directory that holds a run already is then a ConfigError.
  RunFiles(const RunConfig& config, FileSystem& files, const Clock& clock,
           std::optional<int64_t> resume_step);

  void write_metrics(int64_t step, const MetricValues& values);
  void flush();
  void write_sample(const ordered_json& line);
  void note(const std::string& text);           // one line of log.txt, with the time
  void write_run_hash(const std::string& hex);  // last line of metrics.jsonl
  // A file of its own in the run directory; returns its path.
  std::string write_dump(const std::string& name, const std::string& text);
  const std::string& dir() const { return dir_; }

 private:
  FileSystem& files_;
  const Clock& clock_;
  const std::string dir_;
  std::unique_ptr<MetricSink> sink_;
  std::string pending_samples_;  // written with the next flush
};

// True when the directory holds the metrics of a run.
bool holds_run(FileSystem& files, const std::string& dir);
// A new run may begin in the directory: ConfigError when it holds one already.
void check_new_run(FileSystem& files, const std::string& dir);

}  // namespace kedge
