#include "rollout/sources/jsonl_file.h"

#include <xxhash.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/error.h"
#include "core/json.h"

namespace kedge {

namespace {

std::string read_bytes(const std::string& file, const std::string& path) {
  std::ifstream in(file, std::ios::binary);
  if (!in || std::filesystem::is_directory(file)) {
    throw ConfigError(path + ".file", "cannot read '" + file + "'", "a JSON-lines file");
  }
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (in.bad()) throw ConfigError(path + ".file", "cannot read '" + file + "'");
  return bytes;
}

std::string hex(uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

const json& column(const json& line, const std::string& name, const std::string& place) {
  const auto found = line.find(name);
  if (found == line.end()) {
    throw ConfigError(place, "no column '" + name + "'", valid_names(name, member_names(line)));
  }
  return *found;
}

std::string text_column(const json& line, const std::string& name, const std::string& place) {
  const json& value = column(line, name, place);
  if (!value.is_string()) {
    throw ConfigError(place, "column '" + name + "' is " + describe_json(value), "a string");
  }
  return value.get<std::string>();
}

// The place is "dir/train.jsonl:17"; people read "train.jsonl:17".
std::string short_id(const std::string& place) {
  return place.substr(place.rfind('/') + 1);
}

RawDemonstration read_line(const json& line, const std::string& place, const SourceConfig& config,
                           bool completions) {
  if (!line.is_object()) {
    throw ConfigError(place, "found " + describe_json(line), "an object with a member per column");
  }
  const ColumnsConfig& columns = config.columns;
  RawDemonstration item;
  RawPrompt& prompt = item.prompt;
  prompt.place = place;
  prompt.id = short_id(place);
  const bool templated = !config.text_template.empty();
  if (!templated || line.contains(columns.prompt)) {
    prompt.text = text_column(line, columns.prompt, place);
  }
  const std::string answer = columns.answer.empty() ? "answer" : columns.answer;
  if (!columns.answer.empty() || line.contains(answer)) {
    prompt.answer = column_text(column(line, answer, place));
  }
  if (completions) item.completion = text_column(line, columns.completion, place);
  prompt.columns = line;
  prompt.columns.erase(columns.prompt);
  prompt.columns.erase(answer);
  if (templated) prompt.placeholders = line;
  return item;
}

}  // namespace

JsonlFile read_jsonl(const SourceConfig& config, bool completions, const std::string& path) {
  const std::string bytes = read_bytes(config.file, path);
  JsonlFile file;
  file.fingerprint = hex(XXH3_64bits(bytes.data(), bytes.size()));
  for_each_json_line(bytes, config.file, [&](const json& line, const std::string& place) {
    file.items.push_back(read_line(line, place, config, completions));
    file.items.back().prompt.ordinal = file.items.size() - 1;
  });
  if (file.items.empty()) {
    throw ConfigError(config.file, "the file holds no prompt", "one JSON object per line");
  }
  return file;
}

}  // namespace kedge
