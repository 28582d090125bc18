#include "cli/report/run_data.h"

#include <filesystem>

#include "core/config_node.h"
#include "core/files.h"

namespace kedge {
namespace {

void add_metrics(const json& line, RunData& run) {
  const auto step = line.find("step");
  for (const auto& [name, value] : line.items()) {
    if (name == "run_hash" && value.is_string()) run.run_hash = value.get<std::string>();
    if (name == "step" || !value.is_number() || step == line.end()) continue;
    run.metrics[name].push_back({step->get<double>(), value.get<double>()});
  }
}

}  // namespace

const Series& RunData::series(const std::string& name) const {
  static const Series none;
  const auto found = metrics.find(name);
  return found == metrics.end() ? none : found->second;
}

RunData read_run(const std::string& dir) {
  const std::filesystem::path root(dir);
  const auto metrics = root / "metrics.jsonl";
  if (!std::filesystem::exists(metrics)) {
    throw ConfigError(dir, "no metrics.jsonl here", "name the directory of a run");
  }
  RunData run;
  run.name = std::filesystem::weakly_canonical(root).filename().string();
  for_each_json_line(real_files().read(metrics.string()), metrics.string(),
                     [&](const json& line, const std::string&) { add_metrics(line, run); });
  const auto samples = root / "samples.jsonl";
  if (std::filesystem::exists(samples)) {
    for_each_json_line(real_files().read(samples.string()), samples.string(),
                       [&](const json& line, const std::string&) { run.samples.push_back(line); });
  }
  if (std::filesystem::exists(root / "config.yaml")) {
    run.config = to_json(load_yaml((root / "config.yaml").string()));
  }
  return run;
}

}  // namespace kedge
