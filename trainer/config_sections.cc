#include "trainer/config_sections.h"

#include <array>

#include "core/config_node.h"
#include "core/error.h"

namespace kedge {

std::span<const std::string_view> enum_names(RecomputeMode) {
  static constexpr std::array<std::string_view, 2> kNames = {"none", "blocks"};
  return kNames;
}

std::span<const std::string_view> enum_names(ComputeDevice) {
  static constexpr std::array<std::string_view, 1> kNames = {"cpu"};
  return kNames;
}

std::span<const std::string_view> enum_names(Numerics) {
  static constexpr std::array<std::string_view, 3> kNames = {"exact", "aten", "reference"};
  return kNames;
}

std::span<const std::string_view> enum_names(WeightFormat) {
  static constexpr std::array<std::string_view, 2> kNames = {"fp32", "bf16"};
  return kNames;
}

std::span<const std::string_view> enum_names(PlacementMode) {
  static constexpr std::array<std::string_view, 2> kNames = {"colocated", "disaggregated"};
  return kNames;
}

void NewModelSection::check(const std::string& path) const {
  if (head_dim == 0 && hidden % heads != 0) {
    throw ConfigError(join_path(path, "heads"),
                      std::to_string(heads) + " heads for hidden " + std::to_string(hidden),
                      "a divisor of hidden, or head_dim given");
  }
  if (heads % kv_heads != 0) {
    throw ConfigError(join_path(path, "kv_heads"), std::to_string(kv_heads),
                      "a divisor of heads, " + std::to_string(heads));
  }
}

void ModelSection::check(const std::string& place) const {
  if (!path.empty() && fresh) {
    throw ConfigError(place, "both path and new", "give one of them");
  }
  if (fresh && tokenizer.empty()) {
    throw ConfigError(join_path(place, "tokenizer"), "a new model has no tokenizer",
                      "valid: bytes, or a directory that holds tokenizer.json");
  }
}

void ComputeSection::check(const std::string& path) const {
  if (weights == WeightFormat::bf16 && numerics != Numerics::exact) {
    throw ConfigError(join_path(path, "weights"), "bf16 with these numerics",
                      "valid: bf16 with numerics: exact, fp32 with all");
  }
}

void PlacementSection::check(const std::string& path) const {
  if (staleness != 0) {
    throw ConfigError(join_path(path, "staleness"), "found " + std::to_string(staleness),
                      "valid: 0 (a step trains on what its own version sampled)");
  }
  if (learner_ranks != 1) {
    throw ConfigError(join_path(path, "learner_ranks"), "found " + std::to_string(learner_ranks),
                      "valid: 1");
  }
}

}  // namespace kedge
