#include "rollout/config.h"

#include <array>

#include "core/schema.h"
#include "rollout/tasks/task.h"

namespace kedge {

namespace {

std::vector<std::string> known_keys(const TaskEntry& task) {
  std::vector<std::string> names;
  const SourceConfig defaults;
  for (const FieldDoc& field : describe(defaults)) {
    if (field.path.find('.') == std::string::npos && field.path != "*") names.push_back(field.path);
  }
  for (const FieldDoc& field : task.describe()) names.push_back(field.path);
  return names;
}

void refuse_member(const std::string& path, const ConfigMember& member,
                   const std::vector<std::string>& names) {
  throw ConfigError(place_of(join_path(path, member.name), member.value), "unknown key",
                    valid_names(member.name, names));
}

void check_file_source(const SourceConfig& source, const std::string& path) {
  if (source.settings.members.empty()) return;
  std::vector<std::string> names;
  const SourceConfig defaults;
  for (const FieldDoc& field : describe(defaults)) {
    if (field.path.find('.') == std::string::npos && field.path != "*") names.push_back(field.path);
  }
  refuse_member(path, source.settings.members.front(), names);
}

void check_task_source(const SourceConfig& source, const std::string& path) {
  const TaskEntry& task = find_entry("task", task_table(), source.task, join_path(path, "task"));
  const std::vector<std::string> names = known_keys(task);
  for (const ConfigMember& member : source.settings.members) {
    if (std::find(names.begin(), names.end(), member.name) == names.end()) {
      refuse_member(path, member, names);
    }
  }
  task.create(source.settings, path);  // binds the settings: wrong values are refused here
  if (source.epochs > 0) {
    throw ConfigError(join_path(path, "epochs"), "a task has no end",
                      "leave it out; train.steps ends the run");
  }
  if (!source.shuffle) {
    throw ConfigError(join_path(path, "shuffle"), "a task has no order to keep", "leave it out");
  }
  const ColumnsConfig columns;
  if (source.columns.prompt != columns.prompt || source.columns.answer != columns.answer ||
      source.columns.completion != columns.completion) {
    throw ConfigError(join_path(path, "columns"), "a task names its own columns",
                      "columns go with file");
  }
}

}  // namespace

std::span<const std::string_view> enum_names(TooLong) {
  static constexpr std::array<std::string_view, 3> kNames = {"drop", "truncate_left", "error"};
  return kNames;
}

void SourceConfig::check(const std::string& path) const {
  if (!task.empty() && !file.empty()) {
    throw ConfigError(path, "both task '" + task + "' and file '" + file + "'", "give one of them");
  }
  if (task.empty()) {
    check_file_source(*this, path);
  } else {
    check_task_source(*this, path);
  }
}

Sampling RolloutConfig::sampling() const {
  Sampling sampling;
  sampling.max_new_tokens = max_new_tokens;
  sampling.temperature = temperature;
  sampling.top_k = top_k;
  sampling.top_p = top_p;
  sampling.min_p = min_p;
  sampling.stop_strings = stop_strings;
  return sampling;
}

void RolloutConfig::check(const std::string& path) const {
  for (size_t i = 0; i < stop_strings.size(); ++i) {
    if (stop_strings[i].empty()) {
      throw ConfigError(join_path(join_path(path, "stop_strings"), std::to_string(i)),
                        "an empty string", "a text that ends the answer");
    }
  }
}

}  // namespace kedge
