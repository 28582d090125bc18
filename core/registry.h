// Registries are tables: one function per family returns a span of entries with at least
//
//   std::string_view (or const char*) name;
//   std::string_view (or const char*) doc;    // one line
//
// in the order they shall be listed. No object registers itself: in a static library it would silently
// not be linked.
#pragma once
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"

namespace kedge {

template <class Table>
std::vector<std::string> entry_names(const Table& table) {
  std::vector<std::string> names;
  for (const auto& entry : table) names.emplace_back(entry.name);
  return names;
}

// The entry called `name`, or nullptr.
template <std::ranges::borrowed_range Table>
auto* find_entry_or_null(Table&& table, std::string_view name) {
  using Entry = std::remove_reference_t<decltype(*std::begin(table))>;
  for (auto& entry : table) {
    if (entry.name == name) return &entry;
  }
  return static_cast<Entry*>(nullptr);
}

// The entry called `name`. Unknown: ConfigError at `place` (a YAML path; `family` when empty) with the
// nearest name and all valid ones.
template <std::ranges::borrowed_range Table>
const auto& find_entry(std::string_view family, Table&& table, std::string_view name,
                       const std::string& place = "") {
  if (const auto* entry = find_entry_or_null(table, name)) return *entry;
  throw ConfigError(place.empty() ? std::string(family) : place,
                    "unknown " + std::string(family) + " '" + std::string(name) + "'",
                    valid_names(name, entry_names(table)));
}

}  // namespace kedge
