#include "core/schema_values.h"

#include <algorithm>
#include <cmath>

#include "core/config_scalar.h"
#include "core/error.h"

namespace kedge::detail {

namespace {

// The text of an unquoted scalar; anything else is a ConfigError.
const std::string& plain_scalar(const ConfigNode& node, const std::string& path,
                                const char* expected) {
  if (!node.is_scalar() || node.quoted) wrong_kind(node, path, expected);
  return node.scalar;
}

void check_bounds(double value, const ConfigNode& node, const std::string& path,
                  const Bounds& bounds) {
  if (bounds.contains(value)) return;
  throw ConfigError(place_of(path, node), "found " + node.scalar, "expected " + bounds.text());
}

[[noreturn]] void does_not_fit(const ConfigNode& node, const std::string& path,
                               const std::string& low, const std::string& high) {
  throw ConfigError(place_of(path, node), "found " + node.scalar,
                    "expected an integer between " + low + " and " + high);
}

// Digits only, or that and a sign: an integer, even where it is too long for 64 bits.
bool looks_integral(const std::string& text) {
  const size_t begin = text.find_first_not_of("+-");
  return begin != std::string::npos && begin <= 1 &&
         text.find_first_not_of("0123456789", begin) == std::string::npos;
}

}  // namespace

void wrong_kind(const ConfigNode& node, const std::string& path, const std::string& expected) {
  const std::string quoted = node.quoted ? " (in quotes)" : "";
  throw ConfigError(place_of(path, node), "found " + node.describe() + quoted,
                    "expected " + expected);
}

bool read_bool(const ConfigNode& node, const std::string& path) {
  const auto value = scalar_bool(plain_scalar(node, path, "true or false"));
  if (!value) wrong_kind(node, path, "true or false");
  return *value;
}

int64_t read_int(const ConfigNode& node, const std::string& path, int64_t low, int64_t high,
                 const Bounds& bounds) {
  const std::string& text = plain_scalar(node, path, "an integer");
  if (!looks_integral(text)) wrong_kind(node, path, "an integer");
  const auto value = scalar_int(text);
  if (!value || *value < low || *value > high) {
    does_not_fit(node, path, std::to_string(low), std::to_string(high));
  }
  check_bounds(static_cast<double>(*value), node, path, bounds);
  return *value;
}

uint64_t read_uint(const ConfigNode& node, const std::string& path, uint64_t high,
                   const Bounds& bounds) {
  const std::string& text = plain_scalar(node, path, "an integer");
  if (!looks_integral(text)) wrong_kind(node, path, "an integer");
  const auto value = scalar_uint(text);
  if (!value || *value > high) does_not_fit(node, path, "0", std::to_string(high));
  check_bounds(static_cast<double>(*value), node, path, bounds);
  return *value;
}

double read_double(const ConfigNode& node, const std::string& path, const Bounds& bounds) {
  const auto value = scalar_double(plain_scalar(node, path, "a number"));
  if (!value) wrong_kind(node, path, "a number");
  if (!std::isfinite(*value)) wrong_kind(node, path, "a finite number");
  check_bounds(*value, node, path, bounds);
  return *value;
}

std::string read_string(const ConfigNode& node, const std::string& path, const Bounds& bounds) {
  if (!node.is_scalar()) wrong_kind(node, path, "text");
  if (bounds.not_empty && node.scalar.empty()) wrong_kind(node, path, "text that is not empty");
  return node.scalar;
}

size_t read_enum(const ConfigNode& node, const std::string& path,
                 std::span<const std::string_view> names) {
  if (!node.is_scalar()) wrong_kind(node, path, enum_type_text(names));
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == node.scalar) return i;
  }
  throw ConfigError(place_of(path, node), "found " + node.describe(),
                    valid_names(node.scalar, {names.begin(), names.end()}));
}

void require_list(const ConfigNode& node, const std::string& path, size_t fixed,
                  const Bounds& bounds) {
  if (!node.is_list()) wrong_kind(node, path, "a list");
  if (fixed > 0 && node.items.size() != fixed) {
    wrong_kind(node, path, "a list of " + std::to_string(fixed));
  }
  if (bounds.not_empty && node.items.empty()) wrong_kind(node, path, "a list that is not empty");
}

void unknown_key(const std::string& path, const ConfigMember& member,
                 const std::vector<std::string>& names) {
  throw ConfigError(place_of(join_path(path, member.name), member.value), "unknown key",
                    valid_names(member.name, names));
}

std::string enum_type_text(std::span<const std::string_view> names) {
  std::string text;
  for (std::string_view name : names) text += (text.empty() ? "" : " | ") + std::string(name);
  return text;
}

std::string default_text(const ordered_json& value) {
  std::string text = to_yaml(value);
  text.pop_back();
  // What YAML would spread over lines must fit a table cell.
  return text.find('\n') == std::string::npos ? text : value.dump();
}

void Binder::finish() {
  if (rest_ != nullptr) {
    *rest_ = ConfigNode();
    rest_->kind = ConfigNode::Kind::map;
    rest_->where = map_.where;
  }
  for (const ConfigMember& member : map_.members) {
    if (std::find(names_.begin(), names_.end(), member.name) != names_.end()) continue;
    if (rest_ == nullptr) unknown_key(path_, member, names_);
    rest_->members.push_back(member);
  }
}

}  // namespace kedge::detail
