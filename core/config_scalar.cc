#include "core/config_scalar.h"

#include <charconv>
#include <limits>

namespace kedge {

namespace {

// from_chars wants no plus sign, and YAML allows one.
std::string_view without_plus(const std::string& text) {
  std::string_view view = text;
  if (view.size() > 1 && view[0] == '+' && view[1] != '-' && view[1] != '+') view.remove_prefix(1);
  return view;
}

template <class T>
std::optional<T> whole(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> special_double(std::string_view text) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (std::string_view name : {".inf", ".Inf", ".INF", "inf"}) {
    if (text == name) return kInfinity;
    if (!text.empty() && text[0] == '-' && text.substr(1) == name) return -kInfinity;
  }
  for (std::string_view name : {".nan", ".NaN", ".NAN", "nan"}) {
    if (text == name) return std::numeric_limits<double>::quiet_NaN();
  }
  return std::nullopt;
}

}  // namespace

std::optional<bool> scalar_bool(const std::string& text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

std::optional<int64_t> scalar_int(const std::string& text) {
  return whole<int64_t>(without_plus(text));
}

std::optional<uint64_t> scalar_uint(const std::string& text) {
  return whole<uint64_t>(without_plus(text));
}

std::optional<double> scalar_double(const std::string& text) {
  const std::string_view view = without_plus(text);
  if (const auto special = special_double(view)) return special;
  if (view.find_first_of("0123456789") == std::string_view::npos) return std::nullopt;
  return whole<double>(view);
}

ordered_json scalar_to_json(const std::string& text) {
  if (text == "null" || text == "~" || text == "Null" || text == "NULL") return nullptr;
  if (const auto value = scalar_bool(text)) return *value;
  if (const auto value = scalar_int(text)) return *value;
  if (const auto value = scalar_uint(text)) return *value;
  if (const auto value = scalar_double(text)) return *value;
  return text;
}

bool needs_quotes(const std::string& text) {
  if (text.empty() || !scalar_to_json(text).is_string()) return true;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '.' || c == '/' || c == '-' || c == '+' || c == '@';
    if (!plain) return true;
  }
  return text[0] == '-' || text[0] == '.' || text[0] == '@' || text[0] == '+';
}

}  // namespace kedge
