#include "trainer/run_files.h"

#include <ctime>

#include "core/error.h"
#include "core/json.h"
#include "core/jsonl_sink.h"
#include "core/tensorboard_sink.h"

namespace kedge {
namespace {

std::string utc(double wall) {
  const auto seconds = static_cast<std::time_t>(wall);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace

bool holds_run(FileSystem& files, const std::string& dir) {
  return files.exists(path_join(dir, "metrics.jsonl"));
}

void check_new_run(FileSystem& files, const std::string& dir) {
  if (!holds_run(files, dir)) return;
  throw ConfigError("run.dir", "'" + dir + "' holds a run already",
                    "another run.dir or run.name, or --resume to go on with it");
}

RunFiles::RunFiles(const RunConfig& config, FileSystem& files, const Clock& clock,
                   std::optional<int64_t> resume_step)
    : files_(files), clock_(clock), dir_(config.run_dir()) {
  if (!resume_step) check_new_run(files, dir_);
  files_.make_directories(dir_);
  files_.write_atomic(path_join(dir_, "config.yaml"), to_yaml(dump_run_config(config)));
  const std::string samples = path_join(dir_, "samples.jsonl");
  if (resume_step && files_.exists(samples)) rewind_json_lines(files_, samples, *resume_step);
  std::vector<std::unique_ptr<MetricSink>> sinks;
  sinks.push_back(make_jsonl_sink(files_, path_join(dir_, "metrics.jsonl"), resume_step));
  sinks.push_back(make_tensorboard_sink(files_, path_join(dir_, "tb"), clock_, resume_step));
  sink_ = make_tee_sink(std::move(sinks));
}

void RunFiles::write_metrics(int64_t step, const MetricValues& values) {
  sink_->write(step, values);
}

void RunFiles::flush() {
  sink_->flush();
  if (pending_samples_.empty()) return;
  files_.append(path_join(dir_, "samples.jsonl"), pending_samples_);
  pending_samples_.clear();
}

void RunFiles::write_sample(const ordered_json& line) {
  // Text sampled from a model need not be UTF-8.
  pending_samples_ += line.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

void RunFiles::note(const std::string& text) {
  files_.append(path_join(dir_, "log.txt"), utc(clock_.wall()) + " " + text + "\n");
}

void RunFiles::write_run_hash(const std::string& hex) {
  sink_->flush();
  append_json_line(files_, path_join(dir_, "metrics.jsonl"), {{"run_hash", hex}});
}

std::string RunFiles::write_dump(const std::string& name, const std::string& text) {
  const std::string path = path_join(dir_, name);
  files_.write_atomic(path, text);
  return path;
}

}  // namespace kedge
