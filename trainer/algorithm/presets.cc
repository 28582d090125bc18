#include "trainer/algorithm/presets.h"

#include "core/embedded.h"

namespace kedge {

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const auto& [name, text] : embedded_files()) names.push_back(name);
  return names;
}

ConfigNode resolve_algorithm(const ConfigNode& user, const std::string& path) {
  AlgorithmConfig defaults;
  std::string name = defaults.preset;
  const ConfigNode* preset = user.find("preset");
  if (preset != nullptr) {
    name = detail::read_string(*preset, join_path(path, "preset"), not_empty());
  }
  const auto file = embedded_files().find(name);
  if (file == embedded_files().end()) {
    const std::string key = join_path(path, "preset");
    throw ConfigError(preset ? place_of(key, *preset) : key, "unknown preset '" + name + "'",
                      valid_names(name, preset_names()));
  }
  ConfigNode resolved = parse_yaml(file->second, "preset " + name);
  if (!user.is_null()) merge(resolved, user);
  return resolved;
}

AlgorithmConfig bind_algorithm(const ConfigNode& user, const std::string& path) {
  AlgorithmConfig config;
  bind(resolve_algorithm(user, path), config, path);
  return config;
}

}  // namespace kedge
