#include "trainer/anchors/anchor_file.h"

#include "core/error.h"
#include "core/hash.h"

namespace kedge {
namespace {

constexpr const char* kFormat = "kedge anchors 1";

ordered_json header_of(const ordered_json& settings) {
  return {
      {"format", kFormat}, {"hash", hex_of(hash_bytes(settings.dump()))}, {"settings", settings}};
}

json nullable(const std::optional<double>& value) {
  return value ? json(*value) : json();
}

WeightSet set_named(const std::string& name, const std::string& place) {
  for (const WeightSet set : {WeightSet::policy, WeightSet::initial, WeightSet::reference}) {
    if (name == name_of(set)) return set;
  }
  throw ConfigError(place, "no weight set '" + name + "'", "policy, initial, reference");
}

void check_settings(const json& found, const ordered_json& wanted, const std::string& path) {
  const char* const advice = "a store is of one model, sampling and judgement: take another file";
  for (const auto& [key, value] : wanted.items()) {
    const auto there = found.find(key);
    const json now = value;
    if (there != found.end() && *there == now) continue;
    throw ConfigError("algorithm.anchor.store",
                      "'" + path + "' was made with " + key + " " +
                          (there == found.end() ? "unset" : there->dump()) + ", this run has " +
                          now.dump(),
                      advice);
  }
}

std::string text_of(const AnchorLine& line) {
  json value = to_json(line.record);
  value["prompt_id"] = line.prompt_id;
  value["prompt"] = line.prompt_hash;
  return value.dump() + "\n";
}

}  // namespace

json to_json(const AnchorRecord& record) {
  json rewards = json::array();
  for (const auto& reward : record.rewards) rewards.push_back(nullable(reward));
  return {{"weights", {{"set", name_of(record.weights.set)}, {"version", record.weights.version}}},
          {"rewards", rewards},
          {"metrics", record.metrics},
          {"lengths", record.lengths},
          {"counts", record.counts},
          {"greedy_reward", nullable(record.greedy_reward)}};
}

AnchorRecord anchor_record_from(const json& value, const std::string& place) {
  AnchorRecord record;
  const json weights = required<json>(value, "weights", place);
  record.weights.set = set_named(required<std::string>(weights, "set", place), place);
  record.weights.version = required<uint64_t>(weights, "version", place);
  for (const json& reward : required<std::vector<json>>(value, "rewards", place)) {
    record.rewards.push_back(
        reward.is_null() ? std::nullopt : std::optional(from_json_value<double>(reward, place)));
  }
  record.metrics = required<std::vector<double>>(value, "metrics", place);
  record.lengths = required<std::vector<int32_t>>(value, "lengths", place);
  const json all_counts = required<json>(value, "counts", place);
  for (const auto& [name, counts] : all_counts.items()) {
    record.counts[name] = from_json_value<std::vector<double>>(counts, place);
  }
  record.greedy_reward = optional_member<double>(value, "greedy_reward", place);
  return record;
}

AnchorFile::AnchorFile(FileSystem& files, std::string path, ordered_json settings)
    : files_(files), path_(std::move(path)), settings_(std::move(settings)) {
  const std::string header = header_of(settings_).dump() + "\n";
  std::string text = files_.exists(path_) ? files_.read(path_) : "";
  const size_t whole = text.rfind('\n') + 1;  // npos + 1 is 0
  if (whole < text.size() || text.empty()) {
    text.resize(whole);
    if (text.empty()) text = header;
    files_.write_atomic(path_, text);
  }
  read(text);
}

void AnchorFile::read(const std::string& text) {
  bool first = true;
  for_each_json_line(text, path_, [&](const json& line, const std::string& place) {
    if (first) {
      first = false;
      if (member_or<std::string>(line, "format", "", place) != kFormat) {
        throw ConfigError(place, "no header of an anchor store",
                          std::string("\"format\":\"") + kFormat + "\"");
      }
      return check_settings(required<json>(line, "settings", place), settings_, path_);
    }
    lines_.push_back({required<std::string>(line, "prompt_id", place),
                      required<std::string>(line, "prompt", place),
                      anchor_record_from(line, place)});
  });
}

void AnchorFile::add(AnchorLine line) {
  files_.append(path_, text_of(line));
  lines_.push_back(std::move(line));
}

}  // namespace kedge
