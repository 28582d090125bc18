#include "trainer/advantage/config.h"

#include "core/registry.h"
#include "trainer/advantage/estimator.h"

namespace kedge {

std::span<const std::string_view> enum_names(AdvantageScale) {
  static constexpr std::array<std::string_view, 3> names = {"group_std", "batch_std", "none"};
  return names;
}

std::span<const std::string_view> enum_names(StdKind) {
  static constexpr std::array<std::string_view, 2> names = {"sample", "population"};
  return names;
}

std::span<const std::string_view> enum_names(Singleton) {
  static constexpr std::array<std::string_view, 3> names = {"zero", "raw", "error"};
  return names;
}

std::span<const std::string_view> enum_names(Whiten) {
  static constexpr std::array<std::string_view, 3> names = {"none", "tokens", "rows"};
  return names;
}

std::span<const std::string_view> enum_names(GpgAlpha) {
  static constexpr std::array<std::string_view, 3> names = {"groups", "verl", "one"};
  return names;
}

std::span<const std::string_view> enum_names(GfpoMetric) {
  static constexpr std::array<std::string_view, 2> names = {"shortest", "efficiency"};
  return names;
}

std::span<const std::string_view> enum_names(Pairing) {
  static constexpr std::array<std::string_view, 3> names = {"index", "average", "mean"};
  return names;
}

void AdvantageConfig::check(const std::string& path) const {
  find_entry("advantage estimator", advantage_estimators(), estimator,
             join_path(path, "estimator"));
  if (clip && (*clip)[0] > (*clip)[1]) {
    throw ConfigError(join_path(path, "clip"),
                      "found [" + format_float((*clip)[0]) + ", " + format_float((*clip)[1]) + "]",
                      "[low, high] with low <= high");
  }
}

}  // namespace kedge
