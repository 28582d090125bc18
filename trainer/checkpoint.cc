#include "trainer/checkpoint.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "core/error.h"
#include "core/hash.h"
#include "core/json.h"
#include "model/checkpoint_dir.h"
#include "model/safetensors.h"

namespace kedge {
namespace {

constexpr int kFormat = 2;

std::string span_hash(std::span<const float> values) {
  return hex_of(hash_bytes(values.data(), values.size() * sizeof(float)));
}

std::string flat_hash(const Parameters& parameters) {
  return hex_of(hash_tensor(parameters.flat()));
}

json hashes_of(const TrainerState& state) {
  json out = {{"policy", flat_hash(state.policy)},
              {"first_moment", span_hash(state.optimizer.first())},
              {"second_moment", span_hash(state.optimizer.second())}};
  if (state.reference) out["reference"] = flat_hash(*state.reference);
  return out;
}

// The parts of a flat buffer that hold tensors, under prefix + tensor name.
void list_tensors(const Parameters& shape, const std::string& prefix, const float* flat,
                  std::vector<SafetensorsTensor>& out) {
  for (const NamedTensor& tensor : shape.tensors()) {
    out.push_back({prefix + tensor.name, tensor.shape, flat + tensor.offset});
  }
}

void read_tensors(const SafetensorsFile& file, const Parameters& shape, const std::string& prefix,
                  float* flat) {
  for (const NamedTensor& tensor : shape.tensors()) {
    const SafetensorsEntry* entry = file.find(prefix + tensor.name);
    if (entry == nullptr || entry->shape != tensor.shape) {
      throw ConfigError(file.path(), "no tensor " + prefix + tensor.name + " of the model's shape",
                        "a checkpoint of the same model");
    }
    file.read_floats(*entry, flat + tensor.offset);
  }
}

void check_hashes(const json& expected, const TrainerState& state, const std::string& place) {
  const json found = hashes_of(state);
  for (const auto& [name, value] : found.items()) {
    const auto written = required<std::string>(expected, name.c_str(), place + ": hashes");
    if (written != value.get<std::string>()) {
      throw ConfigError(place, name + " has hash " + value.get<std::string>(),
                        "written was " + written + "; the checkpoint is damaged");
    }
  }
}

// A run goes on with the settings it began with: the first key that differs is refused by name.
void check_numbers(const json& saved, const json& asked, const std::string& checkpoint) {
  const json changes = json::diff(saved, asked);
  if (changes.empty()) return;
  const json::json_pointer pointer(changes[0].at("path").get<std::string>());
  const auto shown = [&](const json& values) {
    return values.contains(pointer) ? values.at(pointer).dump() : std::string("nothing");
  };
  std::string key = pointer.to_string().substr(1);
  std::replace(key.begin(), key.end(), '/', '.');
  throw ConfigError(key, "found " + shown(asked) + ", but " + checkpoint + " was trained with " +
                             shown(saved),
                    "the settings of config.yaml in its run directory, or a new run");
}

}  // namespace

std::string checkpoint_name(int64_t step) {
  char name[32];
  std::snprintf(name, sizeof name, "step_%06lld", static_cast<long long>(step));
  return name;
}

CheckpointStore::CheckpointStore(FileSystem& files, std::string dir, int keep)
    : files_(files), dir_(std::move(dir)), keep_(keep) {}

std::optional<std::string> CheckpointStore::latest() const {
  const std::string pointer = path_join(dir_, "latest");
  if (!files_.exists(pointer)) return std::nullopt;
  std::string name = files_.read(pointer);
  while (!name.empty() && name.back() == '\n') name.pop_back();
  const std::string checkpoint = path_join(dir_, name);
  if (!files_.exists(checkpoint)) {
    throw ConfigError(pointer, "names '" + name + "', which is not there",
                      "the name of a directory beside it");
  }
  return checkpoint;
}

std::string CheckpointStore::save(int64_t step, const ordered_json& numbers,
                                  const TrainerState& state,
                                  const std::function<void(const std::string&)>& write_model) {
  const std::string name = checkpoint_name(step);
  const std::string done = path_join(dir_, name);
  if (latest() == done) return done;
  write_directory(name, [&](const std::string& dir) {
    const std::string state_dir = path_join(dir, "trainer_state");
    files_.make_directories(state_dir);
    write_model(dir);
    write_state(state_dir, step, numbers, state);
  });
  files_.write_atomic(path_join(dir_, "latest"), name + "\n");
  remove_old(name);
  return done;
}

void CheckpointStore::save_final(const std::function<void(const std::string& dir)>& write_model) {
  write_directory("final", write_model);
}

void CheckpointStore::write_directory(
    const std::string& name, const std::function<void(const std::string& dir)>& fill) const {
  const std::string unfinished = path_join(dir_, ".unfinished_" + name);
  try {
    files_.remove_all(unfinished);
    files_.make_directories(unfinished);
    fill(unfinished);
  } catch (const FileError&) {
    files_.remove_all(unfinished);
    throw;
  }
  // One that stands there is of a run that was rewound: `latest` names another.
  files_.remove_all(path_join(dir_, name));
  files_.rename(unfinished, path_join(dir_, name));
}

void CheckpointStore::write_state(const std::string& dir, int64_t step,
                                  const ordered_json& numbers, const TrainerState& state) const {
  std::vector<SafetensorsTensor> tensors;
  list_tensors(state.policy, "first/", state.optimizer.first().data(), tensors);
  list_tensors(state.policy, "second/", state.optimizer.second().data(), tensors);
  if (state.reference) {
    list_tensors(*state.reference, "reference/", state.reference->flat().f32(), tensors);
  }
  write_safetensors(files_, path_join(dir, "optimizer.safetensors"), tensors, DType::f32, {});
  const ordered_json out = {{"format", kFormat},
                            {"step", step},
                            {"numbers", numbers},
                            {"hashes", hashes_of(state)},
                            {"members", state.members.save()}};
  files_.write_atomic(path_join(dir, "state.json"), out.dump(1) + "\n");
}

int64_t CheckpointStore::load(const std::string& checkpoint, const ordered_json& numbers,
                              const TrainerState& state) const {
  const std::string dir = path_join(checkpoint, "trainer_state");
  const std::string place = path_join(dir, "state.json");
  const json saved = parse_json(files_.read(place), place);
  if (required<int>(saved, "format", place) != kFormat) {
    throw ConfigError(place, "another format", "format " + std::to_string(kFormat));
  }
  check_numbers(required<json>(saved, "numbers", place), numbers, checkpoint);
  load_weights(checkpoint, state.policy);
  const SafetensorsFile file(path_join(dir, "optimizer.safetensors"));
  read_tensors(file, state.policy, "first/", state.optimizer.first().data());
  read_tensors(file, state.policy, "second/", state.optimizer.second().data());
  if (state.reference) {
    read_tensors(file, *state.reference, "reference/", state.reference->flat().f32());
  }
  state.members.load(required<json>(saved, "members", place));
  check_hashes(required<json>(saved, "hashes", place), state, place);
  return required<int64_t>(saved, "step", place);
}

void CheckpointStore::remove_old(const std::string& newest) const {
  if (keep_ == 0) return;
  std::vector<std::string> names;
  for (const std::string& name : files_.list(dir_)) {
    if (name.starts_with("step_") && name <= newest) names.push_back(name);
  }
  for (size_t i = 0; i + static_cast<size_t>(keep_) < names.size(); ++i) {
    files_.remove_all(path_join(dir_, names[i]));
  }
}

}  // namespace kedge
